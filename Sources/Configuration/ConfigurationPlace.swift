/// Where the paths of a configuration lead. A relative one belongs to the file's folder;
/// `credential:NAME` is what the service manager handed over under that name (`LoadCredential=`).
package struct ConfigurationPlace: Hashable, Sendable {
    private let folder: String
    private let credentials: String?

    /// A place: the configuration's folder, and the folder of credentials where there is one.
    package init(folder: String, credentials: String?) {
        (self.folder, self.credentials) = (folder, credentials)
    }

    /// The path of what is written. A credential that nobody handed over keeps its written name,
    /// under which there is no file: whoever opens it says so.
    package func path(_ written: String) -> String {
        if written.hasPrefix("/") { return written }
        let prefix = "credential:"
        guard written.hasPrefix(prefix) else { return folder + "/" + written }
        let name = written.dropFirst(prefix.count)
        // A name is one name: it leads to nowhere else.
        guard let credentials, !name.isEmpty, !name.contains("/"), name != "..", name != "."
        else { return "/" + written }
        return credentials + "/" + name
    }
}
