internal import CSystem

/// What this process shows of its memory to others.
package enum ProcessMemory {
    /// No core file is written, no crash prints registers, and no other process of this user may
    /// look in: a PIN passes through here. Whether the system agreed.
    @discardableResult
    package static func hide() -> Bool { csystem_hide_process() == 0 }
}
