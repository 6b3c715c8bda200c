"""Makes the certificates and signatures of this folder with a library that is not ours
(python3 -m pip install cryptography). Keys are thrown away, so a new run gives new octets;
the tests ask for the same answers."""

import datetime
import pathlib
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER = pathlib.Path(__file__).parent


def day(text):
    return datetime.datetime.fromisoformat(text)


def name(unit, kind=_ASN1Type.UTF8String):
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Madoguchi Simulation", kind),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit, kind),
    ])


def usage(*bits):
    every = [
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{bit: bit in bits for bit in every})


class Party:
    def __init__(self, subject, key, issuer=None, first="2024-01-01", last="2049-12-31 23:59:59",
                 extensions=(), hash=hashes.SHA256(), issuer_name=None, serial=None):
        self.subject, self.key = subject, key
        signer = issuer or self
        builder = x509.CertificateBuilder(
            issuer_name=issuer_name or signer.subject, subject_name=subject,
            public_key=key.public_key(), serial_number=serial or x509.random_serial_number(),
            not_valid_before=day(first), not_valid_after=day(last))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        self.certificate = builder.sign(signer.key, hash)

    def keep(self, file):
        octets = self.certificate.public_bytes(serialization.Encoding.PEM)
        (FOLDER / (file + ".pem")).write_bytes(octets)
        return self


def weak_hash(root):
    """The library refuses SHA-1, so the openssl command signs this one."""
    with tempfile.TemporaryDirectory() as folder:
        key = pathlib.Path(folder, "key.pem")
        key.write_bytes(root.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        made = pathlib.Path(folder, "leaf.pem")
        request = pathlib.Path(folder, "leaf.csr")
        subprocess.run([
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", pathlib.Path(folder, "leaf.key"), "-out", request,
            "-subj", "/C=JP/O=Madoguchi Simulation/OU=weak hash"], check=True, capture_output=True)
        subprocess.run([
            "openssl", "x509", "-req", "-sha1", "-in", request, "-CA", FOLDER / "root.pem",
            "-CAkey", key, "-days", "8000", "-out", made], check=True, capture_output=True)
        (FOLDER / "leaf-sha1.pem").write_bytes(made.read_bytes())


def curve():
    return ec.generate_private_key(ec.SECP256R1())


def authority(path_length=None):
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (usage("key_cert_sign", "crl_sign"), True)]


LEAF = [(usage("digital_signature"), True)]
ROOT = name("Golden root")


def certificates():
    rsa_key = rsa.generate_private_key(65537, 2048)
    root = Party(ROOT, rsa_key, extensions=authority()).keep("root")
    later = Party(ROOT, curve(), extensions=authority()).keep("root-later")
    Party(name("leaf"), curve(), root, extensions=LEAF).keep("leaf")
    Party(name("leaf"), curve(), later, extensions=LEAF).keep("leaf-later")
    Party(name("bare"), curve(), root).keep("leaf-bare")
    weak_hash(root)
    Party(name("far"), curve(), root, last="2060-02-29", extensions=LEAF).keep("leaf-far")
    Party(name("P-521"), ec.generate_private_key(ec.SECP521R1()), root, extensions=LEAF).keep(
        "leaf-p521")
    Party(name("any"), curve(), root, extensions=LEAF + [
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), False)]).keep(
        "leaf-any")
    Party(name("printable"), curve(), root, extensions=LEAF, issuer_name=name(
        "golden  ROOT", _ASN1Type.PrintableString)).keep("leaf-printable")

    middle = Party(name("middle"), curve(), root, extensions=authority(0)).keep("middle")
    Party(name("leaf"), curve(), middle, extensions=LEAF).keep("leaf-middle")
    below = Party(name("below"), curve(), middle, extensions=authority()).keep("below")
    Party(name("leaf"), curve(), below, extensions=LEAF).keep("leaf-below")
    ended = Party(name("ended middle"), curve(), root, last="2025-12-31 23:59:59",
                  extensions=authority()).keep("middle-ended")
    Party(name("leaf"), curve(), ended, extensions=LEAF).keep("leaf-middle-ended")
    no_authority = Party(name("no authority"), curve(), root, extensions=[
        (x509.BasicConstraints(ca=False, path_length=None), True)] + LEAF).keep("no-authority")
    Party(name("leaf"), curve(), no_authority, extensions=LEAF).keep("leaf-no-authority")

    plain = Party(name("plain root"), curve()).keep("root-plain")
    Party(name("leaf"), curve(), plain, extensions=LEAF).keep("leaf-plain")
    signer = Party(name("no certSign"), curve(), extensions=[
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (usage("digital_signature"), True)]).keep("root-no-certsign")
    Party(name("leaf"), curve(), signer, extensions=LEAF).keep("leaf-no-certsign")
    old = Party(name("old root"), curve(), first="2015-01-01", last="2025-06-30 23:59:59",
                extensions=authority()).keep("root-old")
    Party(name("leaf"), curve(), old, extensions=LEAF).keep("leaf-old")


def signatures():
    message = b"a statement"
    lines = []

    def add(kind, key, signature):
        spki = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        lines.append(f"{kind} {spki.hex()} {signature.hex()}\n")

    for bits in [2048, 3072]:
        key = rsa.generate_private_key(65537, bits)
        add(f"rsa{bits}", key, key.sign(message, padding.PKCS1v15(), hashes.SHA256()))
    key = curve()
    add("p256", key, key.sign(message, ec.ECDSA(hashes.SHA256())))
    key = ec.generate_private_key(ec.SECP384R1())
    add("p384", key, key.sign(message, ec.ECDSA(hashes.SHA384())))
    key = ed25519.Ed25519PrivateKey.generate()
    add("ed25519", key, key.sign(message))
    (FOLDER / "signatures.txt").write_text("".join(lines))


certificates()
signatures()
