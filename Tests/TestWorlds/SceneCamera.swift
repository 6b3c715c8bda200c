package import CameraSimulator
package import MyNumberCard
package import Terminal

/// The simulated camera without a wire.
package struct SceneCamera: Camera {
    private let service: CameraService

    /// What a service sees.
    package init(_ service: CameraService) { self.service = service }

    package func numberOnCard(
        at reader: String
    ) async -> Result<VerificationNumberB, CameraTrouble> {
        guard let seen = service.scene(at: reader).number,
            let number = VerificationNumberB(
                birthDate: seen.birthDate, expiryYear: seen.expiryYear,
                securityCode: seen.securityCode)
        else { return .failure(.nothingSeen) }
        return .success(number)
    }

    package func frame(at reader: String) async -> Result<[UInt8], CameraTrouble> {
        service.scene(at: reader).frame.map(Result.success) ?? .failure(.nothingSeen)
    }
}

/// What a reader's desk has for faces, where it has anything.
package struct FaceEquipment: Sendable {
    /// The camera's orders.
    package let service: CameraService
    /// The camera.
    package let camera: any Camera
    /// The matcher, if one is there.
    package let matcher: (any FaceMatcher)?

    /// A simulated camera, or another, and a matcher.
    package init(
        _ service: CameraService, camera: (any Camera)? = nil, matcher: (any FaceMatcher)?
    ) {
        (self.service, self.matcher) = (service, matcher)
        self.camera = camera ?? SceneCamera(service)
    }
}
