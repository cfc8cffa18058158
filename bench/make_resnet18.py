#!/usr/bin/python3
"""Makes the network of the benchmarks: ResNet-18 with random weights (its speed does not depend on them).

Needs Debian's python3-torch and python3-torchvision. Writes into the folder given:

  resnet18/                 model.pt as torch.jit.trace leaves it, labels.txt, model.conf; models/optimize.py then makes
                            Flotilla's forms of it, in each precision that it knows
  resnet18-plain/           the same without those forms
  resnet18-channels-last/   the same weights, channels-last and frozen, which a user may write without Flotilla's help
  resnet18.onnx             the same for ONNX Runtime, any batch size
  resnet18.pth              the weights alone, for the baseline

The weights come from a fixed seed, so that every run makes the same network.
"""
import os
import sys

import torch
import torchvision

SIDE = 224
CLASSES = 1000
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
CONF = """name = "{name}"
input  {{ width = 224, height = 224, resize = "shorter-256", crop = "center", mean = {mean}, std = {std} }}
output {{ activation = "softmax", top-k = 5 }}
"""


class ChannelsLast(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        return self.network(images.contiguous(memory_format=torch.channels_last))


def new_network():
    torch.manual_seed(18)
    return torchvision.models.resnet18(weights=None).eval()


def write_folder(folder, name, network, example, freeze):
    os.makedirs(folder, exist_ok=True)
    traced = torch.jit.trace(network, example)
    if freeze:
        traced = torch.jit.freeze(traced)
    traced.save(os.path.join(folder, "model.pt"))
    with open(os.path.join(folder, "labels.txt"), "w", encoding="utf-8") as labels:
        labels.writelines("class %03d\n" % number for number in range(CLASSES))
    with open(os.path.join(folder, "model.conf"), "w", encoding="utf-8") as conf:
        conf.write(CONF.format(name=name, mean=MEAN, std=STD))


def main(target):
    torch.set_num_threads(1)
    example = torch.rand(1, 3, SIDE, SIDE)
    with torch.no_grad():
        plain = new_network()
        expected = plain(example)
        os.makedirs(target, exist_ok=True)
        torch.save(plain.state_dict(), os.path.join(target, "resnet18.pth"))
        for folder in "resnet18", "resnet18-plain":
            write_folder(os.path.join(target, folder), "resnet18-random", plain, example, False)
        last = ChannelsLast(new_network().to(memory_format=torch.channels_last)).eval()
        write_folder(os.path.join(target, "resnet18-channels-last"), "resnet18-random", last, example, True)
        torch.onnx.export(plain, example, os.path.join(target, "resnet18.onnx"), input_names=["images"],
                          output_names=["scores"], dynamic_axes={"images": {0: "n"}, "scores": {0: "n"}})
        difference = (last(example) - expected).abs().max().item()
        if difference > 1e-3:
            sys.exit("the channels-last network differs from the plain one by %g" % difference)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_resnet18.py FOLDER")
    main(sys.argv[1])
