#!/usr/bin/python3
"""Makes faster forms of a model folder's network for Flotilla's workers.

    python3 optimize.py FOLDER [--precision fp32] [--precision bf16] [--precision int8 --photographs DIR] [--onnx]

reads FOLDER/model.pt (TorchScript; never changed) and writes beside it

    model.fp32.pt   the same network for PyTorch's oneDNN kernels
    model.bf16.pt   its weights and activations rounded to bfloat16; for processors that have avx512_bf16 or AMX
    model.int8.pt   convolutions and additions in 8-bit integers; for processors that have VNNI or AMX. The ranges of
                    the values are read off the photographs of DIR, which should be like those to be classified
    model.onnx      the plain network for ONNX Runtime, flotilla.classifier.engine = onnxruntime. Weights of which each is a
                    number of 16 bits are kept in as many

A worker uses a form only when its answers agree with those of model.pt and when it is faster there; see
docs/models.md.

What is done, for each network:

* it is frozen: batch normalisation is folded into the convolution before it;
* activations and weights are laid out channels-last;
* a convolution, the activation behind it and an addition to it become one call of oneDNN's fused
  operators (mkldnn::_convolution_pointwise, which PyTorch's own compiler uses);
* a convolution's weights are laid out for the processor once, when the file is loaded, and not in each run.
  The file itself keeps plain weights and so fits every processor.

For int8 the operators are those of torch.ops.quantized: activations with one scale for each tensor (8 bits, unsigned),
weights with one for each output channel (8 bits, symmetric). What has no such operator is calculated in fp32.

Needs PyTorch 1.13 or newer to write (Debian: python3-torch; for int8 also python3-pil), tried with 1.13, and 2.0 or newer,
which Flotilla ships, to read.
"""

import argparse
import ast
import inspect
import re
import sys
import types
import warnings
from pathlib import Path
from typing import List, Tuple

import torch
from torch import nn

# The operators as PyTorch 2 declares them. PyTorch 1.13 does not have all of them yet; to write a file that
# names them it only needs to know their signatures.
OPERATORS = (
    "_convolution_pointwise(Tensor X, Tensor W, Tensor? B, int[] padding, int[] stride, int[] dilation, int groups, "
    "str attr, Scalar?[] scalars, str? algorithm) -> Tensor Y",
    "_convolution_pointwise.binary(Tensor X, Tensor other, Tensor W, Tensor? B, int[] padding, int[] stride, "
    "int[] dilation, int groups, str binary_attr, Scalar? alpha, str? unary_attr, Scalar?[] unary_scalars, "
    "str? unary_algorithm) -> Tensor Y",
    "_reorder_convolution_weight(Tensor self, int[2] padding=0, int[2] stride=1, int[2] dilation=1, int groups=1, "
    "int[]? input_size=None) -> Tensor Y",
)
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
INT8 = "int8"
# As serialized TorchScript numbers them.
TYPE_NUMBERS = {torch.float32: 6, torch.bfloat16: 15}
CHANNELS_LAST = 2
UNSIGNED_INTEGERS = 13  # quint8


def declare_operators():
    """Declares what this PyTorch does not know, for as long as the result is referenced."""
    library = torch._C._dispatch_library("FRAGMENT", "mkldnn", "", __file__, 0)
    known = {str(schema.name) + ("." + schema.overload_name if schema.overload_name else "")
             for schema in torch._C._jit_get_all_schemas()}
    for operator in OPERATORS:
        if "mkldnn::" + operator[: operator.index("(")] not in known:
            library.def_(operator, "")
    return library


class Convolution(nn.Module):
    """A convolution's parameters. In the file as they are; laid out for the processor when they are loaded."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __init__(self, weight, bias, stride, padding, dilation, groups, size):
        super().__init__()
        self.weight = weight
        self.bias = bias
        self.stride: List[int] = stride
        self.padding: List[int] = padding
        self.dilation: List[int] = dilation
        self.groups: int = groups
        self.size: List[int] = size  # N, C, H, W of the input that is expected

    @torch.jit.export
    def __getstate__(self):
        return (self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.size, self.training)

    @torch.jit.export
    def __setstate__(
        self, state: Tuple[torch.Tensor, torch.Tensor, List[int], List[int], List[int], int, List[int], bool]
    ):
        self.stride = state[2]
        self.padding = state[3]
        self.dilation = state[4]
        self.groups = state[5]
        self.size = state[6]
        self.training = state[7]
        self.bias = state[1]
        weight = state[0]
        if weight.dtype == torch.float16:  # only kept in fewer bits
            weight = weight.to(torch.float32)
        self.weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight, state[3], state[2], state[4], state[5], state[6]
        )


class Aten(types.ModuleType):
    """The name `torch` of serialized TorchScript: every operator of the namespace aten, also those such as add_ that
    the Python module torch has no function for."""

    def __getattr__(self, name):
        return getattr(torch.ops.aten, name)


def define(module, source):
    """Compiles a method in the dialect that TorchScript is serialized in."""
    real = torch

    def compile_with_names():
        torch = Aten("torch")
        torch.Tensor = real.Tensor
        ops = real.ops  # noqa: F841
        annotate = real.jit.annotate  # noqa: F841
        module.define(source)

    compile_with_names()


class Network:
    """A frozen network as straight code, one operator a line."""

    def __init__(self, path):
        loaded = torch.jit.load(str(path), map_location="cpu").eval()
        frozen = torch.jit.freeze(loaded) if loaded_is_thawed(loaded) else loaded
        source, constants = frozen.code_with_constants
        self.constants = {name: value for name, value in constants.const_mapping.items()}
        function = ast.parse(source).body[0]
        self.argument = function.args.args[1].arg
        if len(function.args.args) != 2:
            raise Unsuitable("it takes more than one input")
        self.body = Flat().lines(function.body)
        for node in ast.walk(ast.Module(self.body, [])):
            if isinstance(node, ast.Name) and node.id == "self":
                raise Unsuitable("it cannot be frozen: parts of it change while it runs")

    def uses(self, name):
        return sum(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            for node in ast.walk(ast.Module(self.body, []))
        )

    def count(self, constant):
        return sum(is_constant(node) and node.attr == constant for node in ast.walk(ast.Module(self.body, [])))

    def holder(self, dtype=None):
        # A class of its own: TorchScript compiles the code of a class once.
        holder = type("Network", (nn.Module,), {})()
        for name, value in self.constants.items():
            if isinstance(value, torch.Tensor):
                value = value.detach()
                holder.register_buffer(name, value.to(dtype) if dtype and value.is_floating_point() else value)
            else:
                setattr(holder, name, value)
        return holder


def loaded_is_thawed(module):
    return any(True for _ in module.parameters()) or any(True for _ in module.buffers())


class Unsuitable(Exception):
    """A network that this program cannot work on; the message says why."""


class Flat:
    """Takes calls out of calls, so that each stands in a line of its own."""

    def __init__(self):
        self.count = 0
        self.out = []

    def lines(self, statements):
        for statement in statements:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                statement.value.args = [self.simple(argument) for argument in statement.value.args]
            elif isinstance(statement, ast.Return):
                statement.value = self.simple(statement.value)
            self.out.append(statement)
        return self.out

    def simple(self, node):
        if isinstance(node, ast.Call) and is_aten(node):
            node.args = [self.simple(argument) for argument in node.args]
            name = f"flat{self.count}"
            self.count += 1
            self.out.append(ast.Assign([ast.Name(name, ast.Store())], node, lineno=0))
            return ast.Name(name, ast.Load())
        if isinstance(node, (ast.List, ast.Tuple)):
            node.elts = [self.simple(element) for element in node.elts]
        return node


def is_aten(node, *names):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "torch"
        and (not names or node.func.attr in names)
    )


class Conv:
    """What a line `name = convolution(input, …)` says; `None` from `read` when the line is something else."""

    def __init__(self, name, call, constants, taken_over=(0, 0), source=None):
        arguments = call.args + [None] * 9
        self.name = name
        self.input = source if source is not None else arguments[0]
        self.weight = constants[arguments[1].attr]
        bias = arguments[2]
        has_bias = isinstance(bias, ast.Attribute)
        self.bias = constants[bias.attr] if has_bias else torch.zeros(self.weight.size(0))
        self.used = [arguments[1].attr] + ([bias.attr] if has_bias else [])
        general = call.func.attr == "_convolution"
        self.stride = pair(arguments[3], 1)
        self.padding = [a + b for a, b in zip(pair(arguments[4], 0), taken_over)]
        self.taken_over = taken_over  # rows and columns of padding that stood in a line of their own
        self.dilation = pair(arguments[5], 1)
        self.groups = literal(arguments[8] if general else arguments[6], 1)

    @staticmethod
    def read(line, constants):
        if not (isinstance(line, ast.Assign) and is_aten(line.value, "_convolution", "conv2d")):
            return None
        call = line.value
        if call.keywords or not is_constant(call.args[1]):
            return None
        weight = constants[call.args[1].attr]
        if weight.dim() != 4 or weight.dtype != torch.float32:
            return None
        if len(call.args) > 4 and not isinstance(call.args[4], ast.List):
            return None  # padding by name
        if call.func.attr == "_convolution" and literal(call.args[6], False):
            return None  # transposed
        return Conv(line.targets[0].id, call, constants)

    def parameters(self, holder):
        return (
            f"self.{holder}.weight, self.{holder}.bias, {self.padding}, {self.stride}, {self.dilation}, {self.groups}"
        )


def shortest(weight):
    """The same numbers in half the bytes, if each of them is one of 16 bits."""
    if weight.dtype != torch.float32:
        return weight
    half = weight.to(torch.float16)
    return half if torch.equal(half.to(weight.dtype), weight) else weight


def is_constant(node):
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "CONSTANTS"


def literal(node, default):
    return default if node is None else ast.literal_eval(node)


def pair(node, default):
    value = literal(node, [default, default])
    return list(value) * 2 if len(value) == 1 else list(value)


def source_of(argument, lines):
    return "\n".join([f"def forward(self, {argument}: Tensor):"] + ["  " + line for line in lines]) + "\n"


def text(node):
    """A node as source, in one line."""
    return ast.unparse(ast.fix_missing_locations(node)).replace("CONSTANTS.", "self.")


def input_shapes(network, size):
    """The shape of every convolution's input, by the name of its output, for one image."""
    lines = ["shapes: List[List[int]] = []"]
    names = []
    for line in network.body:
        conv = Conv.read(line, network.constants)
        if conv:
            names.append(conv.name)
            lines.append(f"shapes.append({text(conv.input)}.size())")
        lines.append("return shapes" if isinstance(line, ast.Return) else text(line))
    module = torch.jit.script(network.holder())
    define(module, source_of(network.argument, lines))
    return dict(zip(names, module(torch.rand(1, 3, *size))))


def padded_convolution(network, at):
    """A convolution whose padding with zeros stands as a line of its own before it."""
    body = network.body
    line = body[at]
    if not (isinstance(line, ast.Assign) and is_aten(line.value, "pad", "constant_pad_nd")) or at + 1 == len(body):
        return None
    arguments = line.value.args
    sides = literal(arguments[1], [])
    mode = literal(arguments[2], "constant") if len(arguments) > 2 and line.value.func.attr == "pad" else "constant"
    value = literal(arguments[-1], 0) if len(arguments) > 2 and not isinstance(literal(arguments[-1], 0), str) else 0
    if len(sides) != 4 or sides[0] != sides[1] or sides[2] != sides[3] or min(sides) < 0 or mode != "constant" or value:
        return None
    name = line.targets[0].id
    conv = Conv.read(body[at + 1], network.constants)
    if conv is None or text(conv.input) != name or network.uses(name) != 1:
        return None
    return Conv(conv.name, body[at + 1].value, network.constants, (sides[2], sides[0]), arguments[0])


class Rewriting:
    """Writes a network's code anew; what becomes of each line, `take` says."""

    def __init__(self, network, holder):
        self.network = network
        self.holder = holder
        self.lines = []
        self.convolutions = 0

    def module(self):
        body = self.network.body
        at = 0
        while at < len(body):
            at += self.take(body, at)
        if not self.convolutions:
            raise Unsuitable("it has no convolution that could be made faster")
        module = torch.jit.script(self.holder)
        define(module, source_of(self.network.argument, self.lines))
        return module

    def forget(self, conv):
        """Takes a convolution's plain parameters out, unless something else uses them."""
        for constant in conv.used:
            if self.network.count(constant) == 1 and constant in self.holder._buffers:
                del self.holder._buffers[constant]


class Fusion(Rewriting):
    """Writes a network's code anew with fused convolutions."""

    def __init__(self, network, size, dtype):
        super().__init__(network, network.holder(dtype))
        self.dtype = dtype
        self.shapes = input_shapes(network, size)
        argument = network.argument
        if dtype != torch.float32:
            self.lines.append(f"{argument} = torch.to({argument}, {TYPE_NUMBERS[dtype]})")
        self.lines.append(f"{argument} = torch.contiguous({argument}, memory_format={CHANNELS_LAST})")

    def take(self, body, at):
        """Writes what stands at a place and says how many lines of the original that was."""
        line = body[at]
        padded = padded_convolution(self.network, at)
        conv = padded or Conv.read(line, self.network.constants)
        if conv is None:
            self.lines.append(self.finished(line) if isinstance(line, ast.Return) else text(line))
            return 1
        taken = 2 if padded else 1
        holder = self.keep(conv)
        following = body[at + taken] if at + taken < len(body) else None
        if following is None or self.network.uses(conv.name) != 1:
            self.write(conv.name, self.unary(conv, holder, "none", "[]"))
            return taken
        activation = self.activation(following, conv.name)
        if activation:
            self.write(following.targets[0].id, self.unary(conv, holder, *activation))
            return taken + 1
        other = self.addition(following, conv.name)
        if other is None:
            self.write(conv.name, self.unary(conv, holder, "none", "[]"))
            return taken
        total = following.targets[0].id
        beyond = body[at + taken + 1] if at + taken + 1 < len(body) else None
        relu = beyond is not None and self.network.uses(total) == 1 and self.activation(beyond, total)
        if relu and relu[0] == "relu":
            self.write(beyond.targets[0].id, self.binary(conv, holder, other, '"relu"'))
            return taken + 2
        self.write(total, self.binary(conv, holder, other, "None"))
        return taken + 1

    def keep(self, conv):
        holder = f"convolution{self.convolutions}"
        self.convolutions += 1
        size = list(self.shapes[conv.name])
        size[2] -= 2 * conv.taken_over[0]
        size[3] -= 2 * conv.taken_over[1]
        self.holder.add_module(
            holder,
            Convolution(
                shortest(conv.weight.detach().to(self.dtype)).contiguous(memory_format=torch.channels_last),
                conv.bias.detach().to(self.dtype),
                conv.stride,
                conv.padding,
                conv.dilation,
                conv.groups,
                size,
            ),
        )
        self.forget(conv)
        return holder

    def write(self, name, expression):
        self.lines.append(f"{name} = {expression}")

    @staticmethod
    def activation(line, name):
        if not (isinstance(line, ast.Assign) and isinstance(line.value, ast.Call) and line.value.args):
            return None
        if text(line.value.args[0]) != name:
            return None
        if is_aten(line.value, "relu", "relu_"):
            return "relu", "[]"
        if is_aten(line.value, "relu6", "relu6_"):
            return "hardtanh", "[0., 6.]"
        if is_aten(line.value, "hardtanh", "hardtanh_") and len(line.value.args) == 3:
            low, high = (float(literal(argument, 0)) for argument in line.value.args[1:])
            return "hardtanh", f"[{low!r}, {high!r}]"
        return None

    @staticmethod
    def addition(line, name):
        """What a line adds to `name`; None when it does something else."""
        if not (isinstance(line, ast.Assign) and is_aten(line.value, "add", "add_")) or line.value.keywords:
            return None
        first, second = line.value.args[:2]
        if len(line.value.args) != 2 or not (isinstance(first, ast.Name) and isinstance(second, ast.Name)):
            return None
        if first.id == second.id:
            return None
        if first.id == name:
            return second.id
        return first.id if second.id == name and line.value.func.attr == "add" else None

    @staticmethod
    def unary(conv, holder, activation, numbers):
        return (
            f"ops.mkldnn._convolution_pointwise({text(conv.input)}, {conv.parameters(holder)}, "
            f'"{activation}", annotate(List[Optional[number]], {numbers}), "")'
        )

    @staticmethod
    def binary(conv, holder, other, activation):
        return (
            f"ops.mkldnn._convolution_pointwise({text(conv.input)}, {other}, {conv.parameters(holder)}, "
            f'"add", 1.0, {activation}, annotate(List[Optional[number]], []), None)'
        )

    def finished(self, line):
        if self.dtype == torch.float32:
            return text(line)
        return f"return torch.to({text(line.value)}, {TYPE_NUMBERS[torch.float32]})"


class Quantization(Rewriting):
    """Writes a network's code anew with convolutions and additions of 8-bit integers."""

    def __init__(self, network, images):
        super().__init__(network, network.holder())
        self.ranges = ranges(network, images)
        self.quantized = set()
        self.floating = {network.argument}

    def take(self, body, at):
        line = body[at]
        padded = padded_convolution(self.network, at)
        conv = padded or Conv.read(line, self.network.constants)
        taken = 2 if padded else 1
        following = body[at + taken] if at + taken < len(body) else None
        if conv:
            packed = self.keep(conv)
            relu = following is not None and self.rectified(following, conv.name)
            name = following.targets[0].id if relu else conv.name
            operator = "conv2d_relu" if relu else "conv2d"
            self.write(name, f"ops.quantized.{operator}({self.integers(text(conv.input))}, self.{packed}, {self.scale(name)})")
            return taken + 1 if relu else taken
        terms = self.terms(line)
        if terms:
            name = line.targets[0].id
            relu = following is not None and self.rectified(following, name)
            target = following.targets[0].id if relu else name
            operator = "add_relu" if relu else "add"
            first, second = (self.integers(term) for term in terms)
            self.write(target, f"ops.quantized.{operator}({first}, {second}, {self.scale(target)})")
            return 2 if relu else 1
        if isinstance(line, ast.Assign) and is_aten(line.value, "max_pool2d", "pad") and self.only_integers(line.value):
            source = text(line.value.args[0])
            self.write(line.targets[0].id, text(line.value).replace(f"({source},", f"({source}_q,", 1))
            return 1
        for node in ast.walk(line):
            if isinstance(node, ast.Name) and node.id in self.quantized and node.id not in self.floating:
                self.lines.append(f"{node.id} = torch.dequantize({node.id}_q)")
                self.floating.add(node.id)
        self.lines.append(text(line))
        if isinstance(line, ast.Assign):
            self.floating.add(line.targets[0].id)
        return 1

    def write(self, name, expression):
        self.lines.append(f"{name}_q = {expression}")
        self.quantized.add(name)

    def integers(self, name):
        if name not in self.quantized:
            self.write(name, f"torch.quantize_per_tensor({name}, {self.scale(name)}, {UNSIGNED_INTEGERS})")
        return f"{name}_q"

    def only_integers(self, call):
        return isinstance(call.args[0], ast.Name) and call.args[0].id in self.quantized

    def rectified(self, line, name):
        """Whether a line only cuts off what is below zero, and perhaps above the range that was seen."""
        activation = Fusion.activation(line, name)
        return bool(
            activation
            and self.network.uses(name) == 1
            and (activation[0] == "relu" or ast.literal_eval(activation[1])[0] == 0.0)
        )

    def terms(self, line):
        if not (isinstance(line, ast.Assign) and is_aten(line.value, "add", "add_")) or line.value.keywords:
            return None
        terms = [text(argument) for argument in line.value.args]
        return terms if len(terms) == 2 and all(term in self.quantized for term in terms) else None

    def scale(self, name):
        low, high = self.ranges[name]
        low, high = min(low, 0.0), max(high, 0.0)
        scale = max((high - low) / 255, 1e-8)
        return f"{scale!r}, {int(round(-low / scale))}"

    def keep(self, conv):
        name = f"convolution{self.convolutions}"
        self.convolutions += 1
        weight = conv.weight.detach()
        scales = (weight.abs().amax(dim=(1, 2, 3)) / 127).clamp(min=1e-8)
        integers = torch.quantize_per_channel(weight, scales, torch.zeros(len(scales), dtype=torch.long), 0, torch.qint8)
        packed = torch.ops.quantized.conv2d_prepack(
            integers, conv.bias.detach(), conv.stride, conv.padding, conv.dilation, conv.groups
        )
        setattr(self.holder, name, packed)
        self.forget(conv)
        return name


class Export:
    """A network as it is, for ONNX, with each weight in as few bytes as hold it."""

    OPERATORS_VERSION = 13

    def __init__(self, network, size):
        holder = network.holder()
        lines = []
        short = []
        for name, value in list(holder.named_buffers()):
            if shortest(value) is not value:
                holder.register_buffer(name, shortest(value))
                lines.append(f"whole_{name} = torch.to(self.{name}, {TYPE_NUMBERS[torch.float32]})")
                short.append(name)
        for line in network.body:
            code = text(line)
            for name in short:
                code = re.sub(rf"\bself\.{name}\b", f"whole_{name}", code)
            lines.append(code)
        self.module = torch.jit.script(holder)
        define(self.module, source_of(network.argument, lines))
        self.example = torch.rand(1, 3, *size)

    def save(self, target):
        with warnings.catch_warnings():
            # It tells of shapes that it cannot know, among them the number of images, and of constants left as they are.
            warnings.simplefilter("ignore")
            # Newer ones have an exporter besides, which takes no TorchScript and which PyTorch 2.9 takes unless told otherwise.
            has_another = "dynamo" in inspect.signature(torch.onnx.export).parameters
            torch.onnx.export(
                self.module,
                self.example,
                target,
                input_names=["images"],
                output_names=["scores"],
                dynamic_axes={"images": {0: "n"}, "scores": {0: "n"}},
                opset_version=self.OPERATORS_VERSION,
                do_constant_folding=False,  # it would make short weights long again
                **({"dynamo": False} if has_another else {}),
            )


def ranges(network, images):
    """The least and the largest number of every tensor of the network, over some images."""
    seen = {}
    module, names = observed(network)
    for image in images:
        for name, (low, high) in zip(names, module(image)):
            before = seen.get(name, (low, high))
            seen[name] = (min(low, before[0]), max(high, before[1]))
    return seen


def observed(network):
    names = [network.argument]
    lines = ["seen: List[Tuple[float, float]] = []", watch(network.argument)]
    for line in network.body:
        if isinstance(line, ast.Return):
            lines.append("return seen")
            continue
        lines.append(text(line))
        if isinstance(line.value, ast.Call) and is_aten(line.value):
            names.append(line.targets[0].id)
            lines.append(watch(line.targets[0].id))
    module = torch.jit.script(network.holder())
    define(module, source_of(network.argument, lines))
    return module, names


def watch(name):
    return f"seen.append((float(torch.min({name})), float(torch.max({name}))))"


def photographs(folder, conf, size):
    """The photographs of a folder as the network's input, prepared as model.conf says."""
    from PIL import Image  # only here: the other precisions need none

    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise Unsuitable(f"there is no .jpg or .png in {folder}; name a folder of photographs with --photographs")
    mean, std = (numbers(conf, key, default) for key, default in (("mean", 0.0), ("std", 1.0)))
    shorter = re.search(r"shorter-(\d+)", conf)
    height, width = size
    images = []
    for file in files:
        image = Image.open(file).convert("RGB")
        if shorter:
            factor = int(shorter.group(1)) / min(image.size)
            image = image.resize([max(1, round(side * factor)) for side in image.size], Image.BILINEAR)
            left, top = (image.size[0] - width) // 2, (image.size[1] - height) // 2
            image = image.crop((left, top, left + width, top + height))
        else:
            image = image.resize((width, height), Image.BILINEAR)
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(height, width, 3)
        planes = pixels.permute(2, 0, 1).to(torch.float32) / 255
        images.append(((planes - mean) / std).unsqueeze(0))
    return images


def numbers(conf, key, default):
    found = re.search(r"\b" + key + r"\s*[=:]\s*\[([^\]]*)\]", conf)
    values = [float(value) for value in found.group(1).split(",")] if found else [default] * 3
    return torch.tensor(values).reshape(3, 1, 1)


def input_size(folder):
    """Height and width of the network's input, from model.conf."""
    conf = (folder / "model.conf").read_text(encoding="utf-8")
    found = {key: re.search(r"\b" + key + r"\s*[=:]\s*(\d+)", conf) for key in ("height", "width")}
    if not all(found.values()):
        raise Unsuitable("its model.conf does not say input.width and input.height")
    return int(found["height"].group(1)), int(found["width"].group(1))


def main():
    parser = argparse.ArgumentParser(
        description="Writes faster forms of FOLDER/model.pt, and its form for ONNX Runtime, beside it; see docs/models.md.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a model folder: model.pt, labels.txt, model.conf")
    parser.add_argument(
        "--precision",
        action="append",
        choices=[*TYPES, INT8],
        help="may be given more than once; fp32 when neither it nor --onnx is given",
    )
    parser.add_argument("--onnx", action="store_true", help="writes model.onnx, for ONNX Runtime")
    parser.add_argument(
        "--photographs", type=Path, metavar="DIR", help="for int8: photographs like those to be classified, some dozens"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    library = declare_operators()  # noqa: F841
    try:
        network = Network(options.folder / "model.pt")
        size = input_size(options.folder)
        if options.onnx:
            target = options.folder / "model.onnx"
            Export(network, size).save(str(target))
            print(f"{target}: {target.stat().st_size} bytes")
        for precision in options.precision or ([] if options.onnx else ["fp32"]):
            target = options.folder / f"model.{precision}.pt"
            if precision == INT8:
                if options.photographs is None:
                    parser.error("int8 needs --photographs DIR: photographs like those to be classified")
                conf = (options.folder / "model.conf").read_text(encoding="utf-8")
                form = Quantization(network, photographs(options.photographs, conf, size))
            else:
                form = Fusion(network, size, TYPES[precision])
            form.module().save(str(target))
            print(f"{target}: {form.convolutions} convolutions")
    except Unsuitable as reason:
        sys.exit(f"optimize.py: {options.folder / 'model.pt'} stays as it is: {reason}")
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"optimize.py: {options.folder / 'model.pt'} cannot be read or written: {first_line(error)}")


def first_line(error):
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


if __name__ == "__main__":
    main()
