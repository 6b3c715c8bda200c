internal import Records

/// One element of a clinic's file: a name, its text, its children in order. Attributes are read
/// over: the public formats use none.
package struct XMLElement: Hashable, Sendable, PersonalData {
    /// The name.
    package var name: String
    /// The text directly in the element, without the white space around children.
    package var text: String
    /// The elements in it.
    package var children: [XMLElement]

    /// An element that holds elements.
    package init(_ name: String, _ children: [XMLElement]) {
        (self.name, self.text, self.children) = (name, "", children)
    }

    /// An element that holds text.
    package init(_ name: String, text: String) {
        (self.name, self.text, self.children) = (name, text, [])
    }

    /// The children of a name.
    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The only child of a name; nothing where there is none or more than one.
    package func only(_ name: String) -> XMLElement? {
        let found = all(name)
        return found.count == 1 ? found.first : nil
    }
}

/// Why a file is not read as XML.
package enum XMLFault: Error, Hashable, Sendable {
    /// More octets than a request may have.
    case tooLarge
    /// The characters are none of UTF-8 and Shift_JIS, or not what the file says they are.
    case encoding
    /// A document type, with which entities and files of others come.
    case documentType
    /// An entity that XML itself does not define.
    case entity
    /// Elements in elements beyond all use, more elements or longer text than any request has.
    case bounds
    /// Not well-formed, near an octet.
    case malformed(at: Int)

    /// In words for an answer file.
    package var japanese: String {
        switch self {
        case .tooLarge: "ファイルが大きすぎます"
        case .encoding: "文字コードを読み取れません"
        case .documentType: "DTDを含むファイルは受け付けません"
        case .entity: "実体参照を含むファイルは受け付けません"
        case .bounds: "XMLの深さ又は要素数が上限を超えています"
        case .malformed: "XMLとして読み取れません"
        }
    }
}
