"""Papers, symbols and bundles beside programs that make the like: reportlab, typst and Chromium on the
same table of 60 rows with the same font, libqrencode on the same octets. A peer that cannot be had is
named as missing."""

import html
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from stack import BIN, ROOT

FONT = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
PEERS = ROOT / ".build" / "papers"
PACKAGES = ["reportlab==5.1.0", "typst==0.15.2"]

REPORTLAB = """
import io, json, statistics, sys, time
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import SimpleDocTemplate, Table
begin = time.perf_counter()
pdfmetrics.registerFont(TTFont("f", sys.argv[1]))
loading = time.perf_counter() - begin
rows = json.load(sys.stdin)
def made():
    # A font remembers what it drew before.
    pdfmetrics._fonts["f"].state.clear()
    file = io.BytesIO()
    table = Table([["番号", "年月日", "医薬品名", "用法", "薬局"]] + rows, repeatRows=1,
                  style=[("FONT", (0, 0), (-1, -1), "f", 9), ("GRID", (0, 0), (-1, -1), 0.5, 0)])
    begin = time.perf_counter()
    SimpleDocTemplate(file, pagesize=A4).build([table])
    return time.perf_counter() - begin, len(file.getvalue())
told = [made() for _ in range(9)]
print(json.dumps([loading * 1e3, statistics.median(t for t, _ in told) * 1e3, told[-1][1]]))
"""

TYPST = """
import json, pathlib, statistics, sys, time, typst
file = pathlib.Path(sys.argv[2])
compiler = typst.Compiler(str(file), font_paths=[str(pathlib.Path(sys.argv[1]).parent)])
text = file.read_text()
told = []
for round in range(9):
    # Another digit in each cell: what it laid out before it does not lay out again.
    file.write_text(text.replace("@", str(round)))
    begin = time.perf_counter()
    octets = compiler.compile(format="pdf", pdf_standards=["a-2u"])
    told.append((time.perf_counter() - begin, len(octets)))
print(json.dumps([statistics.median(t for t, _ in told) * 1e3, told[-1][1]]))
"""


def peers():
    """A Python with the peers, made once; nothing where they cannot be had."""
    python = PEERS / "bin" / "python"
    if not (PEERS / "ready").exists():
        for command in [[sys.executable, "-m", "venv", PEERS],
                        [python, "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", *PACKAGES]]:
            if subprocess.run(command, capture_output=True, timeout=600).returncode:
                return None
        (PEERS / "ready").touch()
    return python


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def measure(row):
    person = ROOT / "Simulators" / "People" / "mado.json"
    told = json.loads(subprocess.check_output([str(BIN / "documents-benchmark"), str(person)]))
    loading = told["fontMicroseconds"] / 1000
    row("papers: two fonts loaded", f"{loading:.1f} ms", "≤ 50 ms", loading <= 50)
    row("papers: memory for them", f"{told['fontKilobytes'] / 1024:.1f} MiB", "≤ 20 MB",
        told["fontKilobytes"] * 1024 <= 20e6)
    drawing = told["tableMicroseconds"] / 1000
    row(f"papers: 60 rows, {told['tablePages']} tagged pages", f"{drawing:.2f} ms", "≤ 10 ms",
        drawing <= 10)
    row(f"papers: their size ({told['tableGlyphs']} characters)",
        f"{told['tableOctets'] / 1000:.1f} kB", "≤ 25 KB", told["tableOctets"] <= 25_000)
    beside(row, told["rows"], drawing)
    many = told["drugsMicroseconds"] / 1000
    row(f"papers: a list of {told['drugRows']} medicines", f"{many:.0f} ms", "≤ 150 ms",
        many <= 150)
    symbol = told["symbolMicroseconds"] / 1000
    row(f"QR {told['symbolVersion']}-M, mask chosen", f"{symbol:.2f} ms", "≤ 1 ms", symbol <= 1)
    libqrencode(row)
    bundle = told["bundleMicroseconds"] / 1000
    row(f"FHIR bundle of {told['bundleResources']} resources", f"{bundle:.2f} ms", "≤ 5 ms",
        bundle <= 5)


def beside(row, rows, drawing):
    """The same table by other programs, the font loaded where they can keep it."""
    python = peers()
    with tempfile.TemporaryDirectory(prefix="papers.", dir=ROOT / ".build") as folder:
        folder = pathlib.Path(folder)
        if python:
            loading, theirs, size = json.loads(subprocess.run(
                [python, "-c", REPORTLAB, FONT], input=json.dumps(rows).encode(), check=True,
                stdout=subprocess.PIPE).stdout)
            row("  reportlab, untagged", f"{theirs:.1f} ms, {size / 1000:.1f} kB "
                f"(÷ ours {theirs / drawing:.1f}; font {loading:.0f} ms)")
            source = folder / "table.typ"
            cells = ", ".join(quoted(cell + "@") for line in rows for cell in line)
            source.write_text('#set document(title: "薬剤情報一覧")\n#set text(font: "IPAexGothic", size: 9pt)\n'
                              "#table(columns: 5, table.header([番号], [年月日], [医薬品名], [用法], "
                              f"[薬局]), {cells})\n")
            ran = subprocess.run([python, "-c", TYPST, FONT, str(source)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if ran.returncode == 0:
                theirs, size = json.loads(ran.stdout)
                row("  typst, tagged, PDF/A-2u", f"{theirs:.1f} ms, {size / 1000:.1f} kB "
                    f"(÷ ours {theirs / drawing:.1f})")
            else:
                row("  typst", f"failed: {ran.stderr.strip().splitlines()[-1][:60]}")
        else:
            row("  reportlab, typst", "cannot be had here")
        chromium(row, rows, drawing, folder)


def chromium(row, rows, drawing, folder):
    browser = shutil.which("chromium")
    if not browser:
        row("  Chromium", "is not there")
        return
    page = folder / "table.html"
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in line) for line in rows)
    page.write_text("<meta charset=utf-8><style>@font-face{font-family:f;src:url('file://%s')}"
                    "td{font:9pt f;border:1px solid}</style><table>%s</table>" % (FONT, body))
    paper = folder / "table.pdf"
    words = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={paper}",
             "--export-tagged-pdf", f"file://{page}"]
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=120)
        times.append((time.perf_counter() - begin) * 1000)
    theirs = statistics.median(times)
    row("  Chromium, tagged, a whole process", f"{theirs:.0f} ms, "
        f"{paper.stat().st_size / 1000:.1f} kB (÷ ours {theirs / drawing:.0f})")


QRENCODE = """
import ctypes, statistics, sys, time
library = ctypes.CDLL("libqrencode.so.4")
library.QRcode_encodeData.restype = ctypes.c_void_p
message = bytes((n * 31) & 255 for n in range(440))
times = []
for _ in range(31):
    begin = time.perf_counter()
    symbol = library.QRcode_encodeData(len(message), message, 0, 1)
    times.append(time.perf_counter() - begin)
    version = ctypes.cast(symbol, ctypes.POINTER(ctypes.c_int))[0]
    library.QRcode_free(ctypes.c_void_p(symbol))
print(version, statistics.median(times) * 1e3)
"""


def libqrencode(row):
    ran = subprocess.run([sys.executable, "-c", QRENCODE], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True)
    if ran.returncode:
        row("  libqrencode", "is not there")
        return
    version, middle = ran.stdout.split()
    row(f"  libqrencode, {version}-M", f"{float(middle):.2f} ms")
