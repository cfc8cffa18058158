"""Makes the tiny TorchScript models that the tests use. Needs PyTorch (Debian: python3-torch).

    cd src/test/resources/models && python3 make_tiny_models.py

Each takes float32 1x3x4x4. "means" gives the mean of each channel (three classes); "nan" gives what no model should;
"flat" leaves the batch dimension out; "picky" accepts only inputs of 8x8.
"""

import pathlib

import torch


class Means(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=[2, 3])


class Nan(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=[2, 3]) * float("nan")


class Flat(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=[0, 2, 3])


class Picky(torch.nn.Module):
    def forward(self, x):
        return x.reshape(1, 3, 64).mean(dim=[2])


for name, module in {"means": Means(), "nan": Nan(), "flat": Flat(), "picky": Picky()}.items():
    folder = pathlib.Path(name)
    folder.mkdir(exist_ok=True)
    torch.jit.save(torch.jit.script(module), str(folder / "model.pt"))
    (folder / "labels.txt").write_text("Red\nGreen\nBlue\n")
    (folder / "model.conf").write_text(
        f'name = "{name}"\n'
        'input  { width = 4, height = 4, resize = "stretch", crop = "none", mean = [0, 0, 0], std = [1, 1, 1] }\n'
        'output { activation = "none", top-k = 2 }\n'
    )
