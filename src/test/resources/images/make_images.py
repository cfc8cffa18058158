"""Makes the small images that the tests read, and beside each what Pillow decodes it to. Needs Debian's python3-pil
(Pillow 9.4.0) and imagemagick.

    cd src/test/resources/images && /usr/bin/python3 make_images.py ../../../../samples

All show a part of chelsea.png (CC0, see NOTICE). The PNG beside an image holds the samples that Pillow gives, with
transparency where the image has any; of the animation, it is the first frame. Pillow does not write YCCK, so that one is
ImageMagick's.
"""

import pathlib
import subprocess
import sys

from PIL import Image

face = Image.open(pathlib.Path(sys.argv[1]) / "chelsea.png").convert("RGB").crop((100, 60, 300, 192)).resize((50, 33))
faded = face.convert("RGBA")
faded.putalpha(Image.linear_gradient("L").resize(face.size))


def reference(name):
    image = Image.open(name)
    image = image if image.mode == "RGBA" else image.convert("RGB")
    image.save(pathlib.Path(name).with_suffix(".png"), optimize=True)


face.save("lossy.webp", quality=80)
faded.save("lossy-alpha.webp", quality=80)
faded.save("lossless-alpha.webp", lossless=True, exact=True)
face.save("animated.webp", save_all=True, append_images=[face.rotate(180), face.rotate(90)], quality=80)
face.convert("CMYK").save("cmyk.jpg", quality=92)
face.save("rgb.png")
subprocess.run(["convert", "rgb.png", "-colorspace", "CMYK", "-quality", "92", "ycck.jpg"], check=True)
pathlib.Path("rgb.png").unlink()
for file in sorted(pathlib.Path(".").glob("*.webp")) + sorted(pathlib.Path(".").glob("*.jpg")):
    reference(str(file))
