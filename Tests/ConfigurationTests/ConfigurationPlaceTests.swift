import Configuration
import Testing

@Suite("Where the paths of a configuration lead")
struct ConfigurationPlaceTests {
    @Test(
        "a credential is what was handed over under its name, and a name leads to nowhere else",
        arguments: [
            ("/etc/key", "/etc/key"), ("tls.pem", "/state/tls.pem"), ("../a", "/state/../a"),
            ("credential:history.key", "/run/c/history.key"),
            ("credential:", "/credential:"), ("credential:..", "/credential:.."),
            ("credential:../x", "/credential:../x"),
            ("credential:/etc/shadow", "/credential:/etc/shadow"),
        ])
    func paths(written: String, path: String) {
        let place = ConfigurationPlace(folder: "/state", credentials: "/run/c")
        #expect(place.path(written) == path)
    }

    @Test("without credentials a credential is a file that is not there")
    func none() {
        let place = ConfigurationPlace(folder: "/state", credentials: nil)
        #expect(place.path("credential:a") == "/credential:a")
    }
}
