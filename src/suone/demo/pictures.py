"""A fictional signature for the demo: two curves, drawn here."""

from io import BytesIO
from math import sin

from PIL import Image, ImageDraw


def signature_png() -> bytes:
    """A PNG as the signature pad would send it."""
    picture = Image.new("RGB", (800, 230), "white")
    points = [(80 + step * 6, 115 + 60 * sin(step / 4) * sin(step / 19)) for step in range(100)]
    ImageDraw.Draw(picture).line(points, fill="black", width=4)
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
