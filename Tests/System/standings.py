"""Certificates that are suspended, revoked, renewed while the whole stack runs; and cards of another
key. Part of stack.py."""
import os
import subprocess
import time

from case import StackCase
from rig import ROOT, program, wait_for


class Standings(StackCase):
    def order(self, verb, file):
        """A change that the clearinghouse is asked for."""
        stack = self.stack
        subprocess.run([program("clearinghouse"), verb, file, "--state", stack.state,
                        "--admin-port", str(stack.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)

    def card(self, verb, name="mado"):
        """A change that another program writes into the authorities' folder."""
        stack = self.stack
        subprocess.run([program("virtual-card"), verb, "--card",
                        stack.path("cards", name + ".json"), "--authority",
                        stack.path("authority")], check=True, stdout=subprocess.DEVNULL)

    def drugs(self, check_in):
        return self.stack.run("drugs", "--check-in", check_in, "--json")

    def test_suspended(self):
        """A suspension takes effect on the next check and on what is open; resuming takes it back."""
        stack = self.stack
        stack.insert("mado")
        id = self.accepted()["checkIn"]
        self.assertEqual(self.drugs(id).code, 0)
        self.card("suspend")
        self.refused(self.drugs(id), 1, "certificate-suspended")
        self.refused(stack.check_in(), 1, "certificate-suspended")
        self.card("resume")
        self.assertEqual(self.drugs(id).code, 0)
        self.accepted()

    def test_revoked(self):
        """A revocation closes what is open, for good, and has a problem of its own; the check-in can
        be ended all the same."""
        stack = self.stack
        path = stack.issue("lost", "--person", os.path.join(ROOT, "Simulators", "People",
                                                            "yakushi.json"))
        subprocess.run([program("clearinghouse"), "bind", path, "yakushi", "--state", stack.state,
                        "--admin-port", str(stack.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)
        stack.insert("lost")
        id = self.accepted("--wait", "5")["checkIn"]
        self.assertEqual(self.drugs(id).code, 0)
        self.order("revoke", path)
        self.refused(self.drugs(id), 1, "certificate-revoked")
        self.refused(stack.check_in(), 1, "certificate-revoked")
        self.refused(stack.run("portal", "drugs", "--json", pin="1234"), 1, "certificate-revoked")
        self.assertEqual(stack.run("withdraw", "--check-in", id, "--json").code, 0)

    def test_renewed(self):
        """A renewed card is its holder's again once the two certificates are linked; what was open
        stays open."""
        stack = self.stack
        stack.insert("yakushi")
        first = self.accepted("--wait", "5")
        stack.pull()
        self.assertEqual(stack.admin("PUT", "/admin/renewal-lag", {"seconds": 2})[0], 200)
        begin = time.monotonic()
        self.card("renew", "yakushi")
        stack.insert("yakushi")
        ran = stack.check_in("--wait", "5")
        if time.monotonic() < begin + 2:
            self.refused(ran, 1, "card-not-registered")
        self.assertEqual(self.drugs(first["checkIn"]).code, 0)
        wait_for("linked", lambda: stack.check_in("--wait", "5").code == 0)
        again = self.accepted()
        self.assertIn("薬師", str(again))
        # The same patient, as the clearinghouse knows them, in the history of both.
        patients = {entry["event"]["patient"].get("id") for entry in stack.entries()
                    if entry["event"].get("checkIn") in (first["checkIn"], again["checkIn"])
                    and entry["event"].get("patient", {}).get("id")}
        self.assertEqual(len(patients), 1, patients)
        self.assertEqual(stack.admin("PUT", "/admin/renewal-lag", {"seconds": 0})[0], 200)

    def test_terminal(self):
        """A terminal whose certificate is suspended is told so whatever it asks."""
        stack = self.stack
        stack.insert("mado")
        id = self.accepted("--wait", "5")["checkIn"]
        self.order("suspend", stack.path("terminal", "tls.pem"))
        self.refused(self.drugs(id), 1, "client-suspended")
        ran = stack.check_in()
        self.assertNotEqual(ran.code, 0, ran)
        self.assertTrue(ran.json["nextStep"], ran)
        self.order("resume", stack.path("terminal", "tls.pem"))
        self.assertEqual(self.drugs(id).code, 0)
        self.accepted("--wait", "10")

    def test_elliptic(self):
        """A card with a P-384 key: another algorithm and another length, from the certificate."""
        stack = self.stack
        path = stack.issue("elliptic", "--key", "p384", "--person",
                           os.path.join(ROOT, "Simulators", "People", "mado.json"))
        subprocess.run([program("clearinghouse"), "bind", path, "mado", "--state", stack.state,
                        "--admin-port", str(stack.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)
        stack.insert("elliptic")
        view = self.accepted("--wait", "5")
        self.assertIn("みどり", str(view))
        self.assertEqual(self.drugs(view["checkIn"]).code, 0)
