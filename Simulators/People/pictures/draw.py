#!/usr/bin/env python3
"""Draws what is printed on the simulated people's cards: a face (JPEG 2000), name and address (PNG).

Drawings of nobody, made once; the results are kept beside this script. Needs Debian's python3-pil and
fonts-ipafont-gothic, and writes into the folder it lies in.
"""
import json
import pathlib
import random

from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).parent
FONT = ImageFont.truetype("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", 18)


def face(name):
    """A face of ellipses; the name decides its proportions."""
    chance = random.Random(name)
    image = Image.new("L", (120, 150), 236)
    draw = ImageDraw.Draw(image)
    wide, hair = chance.randint(26, 32), chance.choice([40, 70, 110, 190])
    draw.ellipse((12, 108, 108, 200), fill=chance.randint(90, 170))
    draw.ellipse((60 - wide - 4, 28, 60 + wide + 4, 92), fill=hair)
    draw.ellipse((60 - wide, 38, 60 + wide, 112), fill=208, outline=60)
    draw.pieslice((60 - wide - 2, 26, 60 + wide + 2, 84), 180, 360, fill=hair)
    apart, high = chance.randint(11, 15), chance.randint(68, 73)
    for x in (60 - apart, 60 + apart):
        draw.ellipse((x - 3, high - 3, x + 3, high + 3), fill=20)
        if name.endswith(("taro", "hi")):
            draw.ellipse((x - 9, high - 8, x + 9, high + 8), outline=40)
    draw.line((60, 74, 57, 86, 61, 87), fill=110)
    draw.arc((48, 86, 72, 102), 20, 160, fill=60, width=2)
    return image


def words(text):
    left, top, right, bottom = FONT.getbbox(text)
    image = Image.new("1", (right + 4, 24), 1)
    ImageDraw.Draw(image).text((2, 2), text, font=FONT, fill=0)
    return image


for path in sorted(HERE.parent.glob("*.json")):
    person = json.loads(path.read_text())
    identity = person["identity"]
    face(path.stem).save(
        HERE / f"{path.stem}.jp2", irreversible=True, quality_mode="rates", quality_layers=[14])
    words(identity["name"]).save(HERE / f"{path.stem}.name.png", optimize=True)
    if "address" in identity:
        words(identity["address"]).save(HERE / f"{path.stem}.address.png", optimize=True)
