import Configuration
import FaceMatching
import PCSC
import Terminal

/// The camera and the matcher of this terminal, which all its readers share.
struct FaceParts: Sendable {
    private let camera: CameraClient
    private let matcher: (any FaceMatcher)?
    private let watch: FaceWatch

    /// What the configuration names; nothing where it names no camera.
    init?(_ configuration: TerminalConfiguration, watch: FaceWatch) {
        guard let face = configuration.face else { return nil }
        camera = CameraClient(socket: face.cameraSocket, seconds: Double(face.cameraSeconds))
        matcher =
            switch face.matcher {
            case nil: nil
            case .stub: StubMatcher(isSimulation: configuration.isSimulation)
            case .external(let matcher): ExternalMatcher(matcher, face.matcherSeconds)
            }
        self.watch = watch
    }

    /// What a reader's sessions use of it.
    func desk(_ reader: PCSCReader, _ name: String, _ clock: SystemClock) -> FaceDesk {
        FaceDesk(
            reader: reader, name: name, camera: camera, matcher: matcher, watch: watch,
            clock: clock)
    }
}

extension ExternalMatcher {
    fileprivate init?(_ matcher: ExternalMatcherConfiguration, _ seconds: Int) {
        let way: Way
        if let path = matcher.program {
            way = .program(path: path, arguments: matcher.arguments)
        } else if let path = matcher.socket {
            way = .socket(path: path)
        } else {
            return nil
        }
        self.init(
            name: matcher.name, way: way, matchPerMille: matcher.matchPerMille,
            limitSeconds: Double(seconds))
    }
}
