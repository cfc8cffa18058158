#!/usr/bin/python3
"""Builds the model folder `openimages23` from the npm package `@mediapipe/objectron`.

The package carries, in one file, the labels and a TFLite SSD MobileNetV2 that was trained on Open
Images. This script reads that file with nothing but NumPy and PyTorch, rebuilds the classifying part
of the network, traces it to TorchScript and writes three files beside itself:

    model.pt     TorchScript: float32 N x 3 x 300 x 300, RGB, 0..1  ->  float32 N x 23 logits
    labels.txt   the 23 labels, in the order of the model's outputs
    model.conf   how a picture becomes the model's input, and how its output is read

Usage:

    npm pack @mediapipe/objectron@0.4.1675468480
    python3 convert.py mediapipe-objectron-0.4.1675468480.tgz     # or the .data file inside it
    python3 convert.py --check ../../samples                      # needs Pillow

It is written for Debian 12's python3-torch (1.13); the same input gives the same bytes each time.

What is done to the detector to make it a classifier: the heads that predict boxes are left out; a
label's score is its best score over all 1917 anchors; the class "background" is dropped. The outputs
are logits: the sigmoid is the reader's (see model.conf), and the scores do not add up to 1.
"""

import argparse
import hashlib
import io
import struct
import sys
import tarfile
import time
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).resolve().parent

ASSETS = "objectron_solution_packed_assets.data"
ASSETS_SHA256 = "470986ca5df183f41698da6de74b027d838fe289d77b5ab094497d350bee664e"
LABELS_END = 184  # bytes; the labels come first, the TFLite file is the rest
CLASS_SCORES = "raw_outputs/class_predictions"

IMAGE_SIZE = 300  # pixels, both sides
ANCHORS = 1917
LABELS = (
    "Bicycle, Boot, Laptop, Person, Chair, Cattle, Desk, Cat, Computer mouse, Computer monitor, Box, Mug, "
    "Coffee cup, Stationary bicycle, Table, Bottle, High heels, Vehicle, Footwear, Dog, Book, Camera, Car"
).split(", ")

MODEL_CONF = f"""\
name = "openimages23"
input  {{ width = {IMAGE_SIZE}, height = {IMAGE_SIZE}, resize = "stretch", crop = "none", mean = [0, 0, 0], std = [1, 1, 1] }}
output {{ activation = "sigmoid", top-k = 5 }}
"""

# What `--check` compares with: probabilities that were measured with Pillow's bilinear resize.
REFERENCE = {
    "chelsea.png": {"Cat": 0.85, "Boot": 0.11},
    "coffee.png": {"Coffee cup": 0.56, "Mug": 0.25},
    "astronaut.png": {"Person": 0.59, "Bottle": 0.30},
    "rocket.jpg": {"Table": 0.11},
}
TOLERANCE = 0.03


# ---------------------------------------------------------------------------------------------------
# Reading TFLite
# ---------------------------------------------------------------------------------------------------


class Table:
    """A table of a FlatBuffer: fields are found by number, an absent field has its default.

    Layout: https://flatbuffers.dev/internals/ . Field numbers below are those of TFLite's schema,
    https://github.com/tensorflow/tensorflow/blob/v2.9.0/tensorflow/lite/schema/schema.fbs
    """

    def __init__(self, data, position):
        self._data = data
        self._position = position

    @staticmethod
    def root(data):
        return Table(data, struct.unpack_from("<I", data, 0)[0])

    def scalar(self, field, code, default=0):
        at = self._find(field)
        return default if at is None else self._unpack(code, at)

    def table(self, field):
        return Table(self._data, self._follow(self._find(field)))

    def tables(self, field):
        start, length = self._vector(field)
        return [Table(self._data, self._follow(start + 4 * k)) for k in range(length)]

    def ints(self, field):
        start, length = self._vector(field)
        return list(struct.unpack_from(f"<{length}i", self._data, start))

    def bytes(self, field):
        start, length = self._vector(field)
        return self._data[start : start + length]

    def text(self, field):
        return self.bytes(field).decode("utf-8")

    def _find(self, field):
        vtable = self._position - self._unpack("i", self._position)
        slot = 4 + 2 * field
        offset = self._unpack("H", vtable + slot) if slot < self._unpack("H", vtable) else 0
        return self._position + offset if offset else None

    def _follow(self, at):
        return at + self._unpack("I", at)

    def _vector(self, field):
        at = self._find(field)
        if at is None:
            return 0, 0
        start = self._follow(at)
        return start + 4, self._unpack("I", start)

    def _unpack(self, code, at):
        return struct.unpack_from("<" + code, self._data, at)[0]


class Graph:
    """The operators and constants of a TFLite file with one subgraph. Tensors are known by their index."""

    ADD, CONCATENATION, CONV_2D, DEPTHWISE_CONV_2D, DEQUANTIZE, RESHAPE = 0, 2, 3, 4, 6, 22
    _DTYPES = {0: numpy.float32, 1: numpy.float16}

    def __init__(self, data):
        if data[4:8] != b"TFL3":
            raise ValueError("not a TFLite file")
        model = Table.root(data)
        # Old files keep the operator's code in the byte of field 0, new ones in the int of field 3.
        kinds = [max(c.scalar(0, "b"), c.scalar(3, "i")) for c in model.tables(1)]
        (subgraph,) = model.tables(2)
        self._buffers = model.tables(4)
        self._tensors = subgraph.tables(0)
        (self.input,) = subgraph.ints(1)
        self.outputs = {self._tensors[i].text(3): i for i in subgraph.ints(2)}
        operators = [Operator(kinds[o.scalar(0, "I")], o) for o in subgraph.tables(3)]
        self._producers = {o.output: o for o in operators}

    def shape(self, tensor):
        return self._tensors[tensor].ints(0)

    def constant(self, tensor):
        """The float32 value of a weight, which is stored as float16 behind a DEQUANTIZE operator."""
        producer = self._producers.get(tensor)
        if producer is not None:
            if producer.kind != self.DEQUANTIZE:
                raise ValueError(f"tensor {tensor} is not a constant")
            (tensor,) = producer.inputs
        stored = self._tensors[tensor]
        raw = self._buffers[stored.scalar(2, "I")].bytes(0)
        values = numpy.frombuffer(raw, self._DTYPES[stored.scalar(1, "b")])
        return torch.from_numpy(values.astype(numpy.float32).reshape(self.shape(tensor)))

    def operators_towards(self, output):
        """The operators that `output` depends on, DEQUANTIZE left out, in an order they can run in."""
        ordered, seen = [], set()

        def visit(tensor):
            operator = self._producers.get(tensor)
            if operator is None or operator.kind == self.DEQUANTIZE or tensor in seen:
                return
            seen.add(tensor)
            for tensor_before in operator.inputs:
                visit(tensor_before)
            ordered.append(operator)

        visit(output)
        return ordered


class Operator:
    """One operator: what it does, the tensors it reads, the one it writes, its options."""

    def __init__(self, kind, table):
        self.kind = kind
        self.inputs = table.ints(1)
        (self.output,) = table.ints(2)
        self._table = table

    @property
    def options(self):
        return self._table.table(4)


# ---------------------------------------------------------------------------------------------------
# The network
# ---------------------------------------------------------------------------------------------------


def activation(code):
    """TFLite's fused activation: 0 is none, 3 is ReLU6; this network has no other.

    ReLU6 works in place: nobody else sees the convolution's output, and it saves a tenth of the time.
    """
    return {0: nn.Identity(), 3: nn.ReLU6(inplace=True)}[code]


class Convolution(nn.Module):
    """CONV_2D or DEPTHWISE_CONV_2D with TensorFlow's SAME padding and its fused activation.

    SAME pads so that the output has ceil(input / stride) pixels. When the total is odd, the extra pixel
    goes to the right and the bottom, which `Conv2d` cannot say; it is then padded by hand.
    """

    def __init__(self, graph, operator):
        super().__init__()
        source, weight, bias = operator.inputs
        options = operator.options
        depthwise = operator.kind == Graph.DEPTHWISE_CONV_2D
        # Conv2DOptions:          0 padding, 1 stride w, 2 stride h, 3 activation, 4 dilation w, 5 dilation h
        # DepthwiseConv2DOptions: 0 padding, 1 stride w, 2 stride h, 3 multiplier, 4 activation, 5, 6 dilation
        after_strides = 4 if depthwise else 3
        stride = (options.scalar(2, "i"), options.scalar(1, "i"))
        dilation = {options.scalar(after_strides + k, "i", 1) for k in (1, 2)}
        if options.scalar(0, "b") != 0 or dilation != {1} or (depthwise and options.scalar(3, "i") != 1):
            raise ValueError("expected SAME padding, no dilation, depth multiplier 1")

        # OHWI -> OIHW; depthwise 1HWC -> C1HW
        order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
        self.weight = nn.Parameter(graph.constant(weight).permute(order).contiguous())
        self.bias = nn.Parameter(graph.constant(bias))
        self.activation = activation(options.scalar(after_strides, "b"))
        self._stride = stride
        self._groups = self.weight.shape[0] if depthwise else 1

        (top, bottom), (left, right) = (
            self._same(graph.shape(source)[1 + axis], self.weight.shape[2 + axis], stride[axis]) for axis in (0, 1)
        )
        symmetric = (top, left) == (bottom, right)
        self._padding = (top, left) if symmetric else (0, 0)
        self._padding_by_hand = None if symmetric else (left, right, top, bottom)

    @staticmethod
    def _same(size, kernel, stride):
        outputs = -(-size // stride)
        total = max((outputs - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2

    def forward(self, x):
        if self._padding_by_hand:
            x = functional.pad(x, self._padding_by_hand)
        x = functional.conv2d(x, self.weight, self.bias, self._stride, self._padding, 1, self._groups)
        return self.activation(x)


class Classifier(nn.Module):
    """Runs the operators that lead to the class scores: images N x 3 x 300 x 300 in 0..1 -> logits N x 23."""

    def __init__(self, graph):
        super().__init__()
        self._input = graph.input
        self._output = graph.outputs[CLASS_SCORES]
        self._operators = graph.operators_towards(self._output)
        self._graph = graph
        self.convolutions = nn.ModuleDict(
            {
                str(o.output): Convolution(graph, o)
                for o in self._operators
                if o.kind in (Graph.CONV_2D, Graph.DEPTHWISE_CONV_2D)
            }
        )

    def forward(self, images):
        values = {self._input: images * 2 - 1}
        for operator in self._operators:
            values[operator.output] = self._run(operator, values)
        scores = values[self._output]  # N x 1917 x 24, class 0 is the background
        return scores.amax(dim=1)[:, 1:]

    def _run(self, operator, values):
        known = [values[i] for i in operator.inputs if i in values]
        if operator.kind in (Graph.CONV_2D, Graph.DEPTHWISE_CONV_2D):
            return self.convolutions[str(operator.output)](*known)
        if operator.kind == Graph.ADD and operator.options.scalar(0, "b") == 0:
            return known[0] + known[1]
        if operator.kind == Graph.RESHAPE:
            # Only class heads are reshaped: N x 144 x H x W -> N x H x W x 144 -> N x anchors x 24.
            _, anchors, classes = self._graph.shape(operator.output)
            return known[0].permute(0, 2, 3, 1).reshape(-1, anchors, classes)
        if operator.kind == Graph.CONCATENATION:
            return torch.cat(known, dim=1)
        raise ValueError(f"operator {operator.kind} is not expected in this network")


# ---------------------------------------------------------------------------------------------------
# Conversion
# ---------------------------------------------------------------------------------------------------


def read_assets(path):
    """The bytes of the package's asset file, from the npm tarball or from the file itself."""
    if tarfile.is_tarfile(path):
        with tarfile.open(path) as tarball:
            data = tarball.extractfile("package/" + ASSETS).read()
    else:
        data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != ASSETS_SHA256:
        raise ValueError(f"{path}: SHA-256 of {ASSETS} is {digest}, expected {ASSETS_SHA256}: other version?")
    return data


def read_labels(data):
    """The labels in the order of the network's classes, without the background, which comes first."""
    background, *labels = data[:LABELS_END].decode("ascii").splitlines()
    if background != "???" or labels != LABELS:
        raise ValueError(f"unexpected labels: {background}, {', '.join(labels)}")
    return labels


def save(module, path):
    """Writes a TorchScript archive without its debug records.

    Those hold nothing but where in whose Python files the trace was taken: without them the file does not
    depend on the machine that wrote it. LibTorch reads it all the same.
    """
    whole = io.BytesIO()
    torch.jit.save(module, whole)
    whole.seek(0)
    reader = torch._C.PyTorchFileReader(whole)
    writer = torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name != "version":  # the writer adds its own version
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


def verify(network, path):
    """Fails unless the saved model gives, for batches of several sizes, what the network gives."""
    model = torch.jit.load(str(path))
    random = torch.Generator().manual_seed(23)
    for batch in (1, 2, 5):
        images = torch.rand(batch, 3, IMAGE_SIZE, IMAGE_SIZE, generator=random)
        with torch.no_grad():
            expected, actual = network(images), model(images)
        if actual.shape != (batch, len(LABELS)) or not torch.allclose(actual, expected, atol=1e-4):
            raise ValueError(f"{path} does not agree with the network for a batch of {batch}")


def convert(path):
    data = read_assets(path)
    labels = read_labels(data)
    graph = Graph(data[LABELS_END:])
    if graph.shape(graph.outputs[CLASS_SCORES]) != [1, ANCHORS, 1 + len(labels)]:
        raise ValueError(f"unexpected shape of {CLASS_SCORES}")

    network = Classifier(graph).eval()
    with torch.no_grad():
        traced = torch.jit.trace(network, torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE))
        save(torch.jit.freeze(traced), HERE / "model.pt")
    verify(network, HERE / "model.pt")
    (HERE / "labels.txt").write_text("\n".join(labels) + "\n", "utf-8")
    (HERE / "model.conf").write_text(MODEL_CONF, "utf-8")
    for name in ("model.pt", "labels.txt", "model.conf"):
        content = (HERE / name).read_bytes()
        print(f"{name:<11} {len(content):>9} bytes  sha256 {hashlib.sha256(content).hexdigest()}")


# ---------------------------------------------------------------------------------------------------
# Checking against photographs
# ---------------------------------------------------------------------------------------------------


def check(folder):
    """Prints the top three of each photograph; returns whether all known ones agree with REFERENCE."""
    from PIL import Image

    torch.set_num_threads(1)
    model = torch.jit.load(str(HERE / "model.pt"))
    labels = (HERE / "labels.txt").read_text("utf-8").splitlines()
    photos = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    agrees = bool(photos)
    for photo in photos:
        with Image.open(photo) as image:
            pixels = image.convert("RGB").resize((IMAGE_SIZE, IMAGE_SIZE), Image.BILINEAR)
        images = torch.from_numpy(numpy.asarray(pixels, numpy.float32) / 255).permute(2, 0, 1).unsqueeze(0)
        with torch.no_grad():
            probabilities = dict(zip(labels, model(images).sigmoid()[0].tolist()))
        best = sorted(probabilities, key=probabilities.get, reverse=True)
        reference = REFERENCE.get(photo.name)
        verdict = "no reference"
        if reference:
            good = best[: len(reference)] == list(reference) and all(
                abs(probabilities[label] - value) <= TOLERANCE for label, value in reference.items()
            )
            agrees &= good
            verdict = "agrees" if good else f"DIFFERS from {reference}"
        top = ", ".join(f"{label} {probabilities[label]:.3f}" for label in best[:3])
        print(f"{photo.name:<16}{top:<48}{verdict}")
    if photos:
        print(f"one forward pass, batch 1, one thread: {milliseconds(model, images):.1f} ms")
    return agrees


def milliseconds(model, images):
    """The median of 20 runs, after 5 that let TorchScript optimise itself."""
    times = []
    for _ in range(25):
        start = time.perf_counter()
        with torch.no_grad():
            model(images)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times[5:])[10]


def main():
    parser = argparse.ArgumentParser(description="Builds, or checks, the model folder openimages23.")
    parser.add_argument("assets", nargs="?", type=Path, help=f"the npm tarball or {ASSETS}")
    parser.add_argument("--check", metavar="FOLDER", type=Path, help="classify the photographs in this folder")
    arguments = parser.parse_args()
    if not arguments.assets and not arguments.check:
        parser.error("nothing to do: give the assets, or --check FOLDER")
    if arguments.assets:
        convert(arguments.assets)
    if arguments.check and not check(arguments.check):
        sys.exit("the model does not agree with the reference values")


if __name__ == "__main__":
    main()
