"""Papers beside what others make of the same table: reportlab, typst, Chromium; symbols beside
libqrencode. What cannot be had is told and left out."""

import ctypes
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from stack import BIN, ROOT

FOLDER = ROOT / ".build" / "papers"
PEERS = ["reportlab==5.1.0", "typst==0.15.2"]
FONT = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
BUDGETS = {"table": 10, "thousand": 150, "symbol": 1, "bundle": 5, "fonts": 50}

REPORTLAB = """
import io, json, sys, time
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import SimpleDocTemplate, Table
table = json.load(open(sys.argv[1]))
pdfmetrics.registerFont(TTFont("gothic", sys.argv[2]))
def draw():
    out = io.BytesIO()
    paper = SimpleDocTemplate(out, pagesize=A4, title=table["title"], topMargin=48, bottomMargin=40)
    rows = Table([table["titles"]] + table["rows"], repeatRows=1, style=[
        ("FONT", (0, 0), (-1, -1), "gothic", 9), ("GRID", (0, 0), (-1, -1), 0.4, "grey")])
    paper.build([rows])
    return out.getvalue()
"""
TYPST = """
import json, sys, time, typst
table = json.load(open(sys.argv[1]))
def cells(row):
    return ", ".join(json.dumps(cell, ensure_ascii=False) for cell in row)
source = '#set document(title: "%s")\\n#set text(font: "IPAexGothic", size: 9pt, lang: "ja")\\n' % (
    table["title"])
source += "#table(columns: 7, table.header(%s), %s)" % (
    cells(table["titles"]), ", ".join(cells(row) for row in table["rows"]))
fonts = typst.Fonts(font_paths=[sys.argv[2].rsplit("/", 1)[0]])
drawn = 0
def draw():
    # Another table each time: it remembers what it set before.
    global drawn
    drawn += 1
    changed = source.replace("円", "円 %d" % drawn)
    return typst.compile(changed.encode(), font_paths=fonts, format="pdf", pdf_standards=["a-2u"])
"""
TIMED = """
draw()
times = []
for _ in range(9):
    begin = time.perf_counter()
    paper = draw()
    times.append((time.perf_counter() - begin) * 1000)
print(json.dumps({"milliseconds": min(times), "octets": len(paper)}))
"""


def peers():
    """A Python with the peers, installed once; nothing where they cannot be had."""
    python = FOLDER / "bin" / "python"
    if not (FOLDER / "ready").exists():
        for command in [[sys.executable, "-m", "venv", FOLDER],
                        [python, "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", *PEERS]]:
            try:
                if subprocess.run(command, capture_output=True, timeout=300).returncode:
                    return None
            except (OSError, subprocess.TimeoutExpired):
                return None
        (FOLDER / "ready").touch()
    return python


def chromium(table, folder):
    """A whole process: it has no other way to print."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        return None
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
                   for row in table["rows"])
    head = "".join(f"<th>{cell}</th>" for cell in table["titles"])
    page, made = folder / "table.html", folder / "chromium.pdf"
    page.write_text(
        f"<!doctype html><html lang=ja><meta charset=utf-8><title>{table['title']}</title><style>"
        f"@font-face {{ font-family: g; src: url(file://{FONT}) }} * {{ font: 9pt g }}"
        "table { border-collapse: collapse } td, th { border: 0.4pt solid grey }</style>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></html>")
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        ran = subprocess.run(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={folder}/chromium", f"--print-to-pdf={made}", page.as_uri()],
            capture_output=True, timeout=120)
        times.append((time.perf_counter() - begin) * 1000)
        if ran.returncode or not made.exists():
            return None
    return min(times), made.stat().st_size


def libqrencode():
    """Milliseconds of the same symbol: version 16 at level M, the mask chosen of eight."""
    try:
        library = ctypes.CDLL("libqrencode.so.4")
    except OSError:
        return None
    encode = library.QRcode_encodeData
    encode.restype = ctypes.c_void_p
    encode.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    library.QRcode_free.argtypes = [ctypes.c_void_p]
    octets = bytes(0x30 + number * 7919 % 75 for number in range(413))
    times = []
    for _ in range(50):
        begin = time.perf_counter()
        symbol = encode(len(octets), octets, 0, 1)
        times.append((time.perf_counter() - begin) * 1000)
        library.QRcode_free(symbol)
    return min(times)


def measure(row):
    program = str(BIN / "documents-benchmark")
    person = str(ROOT / "Simulators" / "People" / "yakushi.json")
    told = {one["what"]: one for one in map(
        json.loads, subprocess.check_output([program, person], text=True).splitlines())}

    def told_row(what, name, more="", target="", is_met=True):
        time = told[what]["microseconds"] / 1000
        budget = BUDGETS[what]
        row(name, f"{time:.3f} ms{more}", f"≤ {budget} ms{target}", time <= budget and is_met)

    held = told["fonts"]["kibibytes"] / 1024
    told_row("fonts", "papers: both fonts read", f", {held:.1f} MiB", ", ≤ 20 MB",
             held * 1.048576 <= 20)
    table = told["table"]
    told_row("table", "a table of 60 rows, tagged, PDF/A-2u and UA-1",
             f", {table['octets']} bytes, {table['pages']} pages", ", ≤ 25,000 bytes",
             table["octets"] <= 25_000 and table["pages"] == 2)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "table.json"
        source.write_bytes(subprocess.check_output([program, "table"]))
        python = peers()
        for peer, script in [("reportlab (no tags, no PDF/A)", REPORTLAB),
                             ("typst (tagged, PDF/A-2u)", TYPST)]:
            if not python:
                row(f"  {peer}", "cannot be had")
                continue
            ran = subprocess.run([python, "-c", script + TIMED, source, FONT], text=True,
                                 capture_output=True, timeout=300)
            if ran.returncode:
                row(f"  {peer}", "failed: " + ran.stderr.strip().splitlines()[-1][:80])
                continue
            found = json.loads(ran.stdout)
            row(f"  {peer}", f"{found['milliseconds']:.1f} ms, {found['octets']} bytes")
        printed = chromium(json.loads(source.read_text()), folder)
        row("  Chromium (a whole process)",
            f"{printed[0]:.0f} ms, {printed[1]} bytes" if printed else "cannot be had")
    for paper in ["drugs-portal", "checkup", "expenses"]:
        row(f"the sample's {paper}", f"{told[paper]['microseconds'] / 1000:.1f} ms, "
            f"{told[paper]['octets']} bytes, {told[paper]['pages']} pages")
    told_row("thousand", "a list of 1,000 medicines", f", {told['thousand']['pages']} pages")
    told_row("symbol", f"a QR code of version {told['symbol']['version']}-M, best of eight masks")
    other = libqrencode()
    row("  libqrencode, the same", f"{other:.3f} ms" if other else "cannot be had")
    told_row("bundle", "a FHIR bundle", f", {told['bundle']['octets']} bytes")


if __name__ == "__main__":
    measure(lambda *words: print(*words, flush=True))
