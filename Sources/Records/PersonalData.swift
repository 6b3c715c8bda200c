/// Data about a person: prints nothing of itself, so that a log line, an error text or the name of
/// a test cannot leak it. `description`, string interpolation, `debugDescription` and `dump` all
/// give the type's name only.
package protocol PersonalData: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
}

extension PersonalData {
    /// The type's name, and nothing of the value.
    package var description: String { "\(Self.self)(…)" }
    /// The type's name, and nothing of the value.
    package var debugDescription: String { description }
    /// A mirror without children.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
