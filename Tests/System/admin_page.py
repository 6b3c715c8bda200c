#!/usr/bin/env python3
"""The administration page in a browser. Skips where there is no Chromium.

    Tests/System/admin_page.py PROGRAM [--pictures FOLDER]
"""
import http.client, sys, tempfile
import clearinghouse as rig
from browser import BROWSER, Page

def test_headers(world):
    for path in ["/", "/page.css", "/page.js"]:
        line = http.client.HTTPConnection("127.0.0.1", world.ready["adminPort"])
        line.request("GET", path)
        response = line.getresponse()
        octets = response.read()
        policy = response.headers["Content-Security-Policy"]
        assert response.status == 200 and "default-src 'none'" in policy, path
        assert "unsafe" not in policy and "Set-Cookie" not in response.headers
        assert world.token.encode() not in octets
        for fields in [{"Host": "example.org"}, {"Sec-Fetch-Site": "cross-site"}]:
            line = http.client.HTTPConnection("127.0.0.1", world.ready["adminPort"])
            line.request("GET", path, None, fields)
            assert line.getresponse().status == 403, (path, fields)


def test_page(world, page, pictures):
    address = world.ready["admin"] + "/"
    page.call("Page.navigate", url=address)
    page.until(lambda: page.run("document.readyState") == "complete")
    page.type("#token", "wrong")
    page.click("#unlock button")
    page.until(lambda: "token is missing or wrong" in page.text("#status"))
    assert page.run("document.getElementById('open').hidden") is True
    page.events.clear()
    page.type("#token", world.token)
    page.click("#unlock button")
    page.until(lambda: "yakushi" in page.text("#people"))
    rig.check_in(world, world.connect())
    page.until(lambda: "check" in page.text("#requests") and "mado" in page.text("#requests"))
    # A fault, as it is filled in.
    page.run("const kind = document.getElementById('fault-kind'); kind.value = 'status';"
             "kind.dispatchEvent(new Event('change'))")
    page.run("document.getElementById('fault-status').value = 418")
    page.run("document.getElementById('fault-person').value = 'yakushi'")
    page.click("#fault button")
    page.until(lambda: "yakushi" in page.text("#faults"))
    assert world.admin("GET", "/admin/faults")[1]["faults"] == [
        {"kind": "status", "count": 1, "path": "", "milliseconds": 3000, "status": 418,
         "person": "yakushi"}]
    page.run("document.getElementById('date-value').value = '2026-02-03'")
    page.click("#date button")
    page.until(lambda: "2026-02-03, set" in page.text("#date-state"))
    assert world.admin("GET", "/admin/business-date")[1]["date"] == "2026-02-03"
    if pictures:
        page.picture(pictures + "/open.png")
    page.click("#reset")
    page.until(lambda: "None" in page.text("#faults"))
    page.type("#people-find", "薬剤 sample")
    page.run("document.getElementById('people-find').dispatchEvent(new Event('input'))")
    assert not page.faults(), page.faults()
    # Nothing of the token stays: no cookie, no storage, and a reload asks again.
    kept = page.run("JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])")
    assert kept == '["",0,0]', kept
    page.call("Page.reload")
    page.until(lambda: page.run("document.readyState") == "complete")
    assert page.run("document.getElementById('open').hidden") is True
    if pictures:
        page.picture(pictures + "/locked.png")


def main():
    if BROWSER is None:
        print("there is no Chromium here")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    pictures = sys.argv[sys.argv.index("--pictures") + 1] if "--pictures" in sys.argv else None
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        world = rig.World(folder + "/state")
        world.start("--witness-port", "0")
        page = Page(folder + "/browser")
        try:
            for name, test, *needs in [
                    ("the page's files hold nothing and are for nobody else", test_headers),
                    ("people, requests, faults and the date, with the token", test_page, page,
                     pictures)]:
                try:
                    test(world, *needs)
                    passed += 1
                    print(f"ok: {name}")
                except Exception as error:
                    failed += 1
                    print(f"not ok: {name}: {error!r} {page.text('#status')} {page.faults()}")
        finally:
            page.close()
            world.process.terminate()
            world.process.wait(20)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
