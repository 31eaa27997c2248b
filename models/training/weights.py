"""Weights of ONNX files into the network, batch norm un-folded, and the mean of several runs.

`fill` reads two kinds of file: YOLOX-nano as published (80 classes of COCO, objectness, BGR) and a model of this project
(export.py), to train on from one that ships.
"""
import copy

import numpy as np
import onnx
import torch
import torch.nn as nn
from onnx import numpy_helper

from network import Conv


def convolutions(path):
    """Weights and biases of all convolutions, in the order in which the file computes them."""
    graph = onnx.load(path).graph
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    return [tuple(torch.from_numpy(values[name].copy()) for name in node.input[1:]) for node in graph.node if node.op_type == "Conv"]


def in_order(net):
    """The network's layers with weights in the order in which they are computed: Conv, or the plain ones of the head."""
    layers, hooks = [], []
    inner = {module.conv for module in net.modules() if isinstance(module, Conv)}
    for module in net.modules():
        if isinstance(module, Conv) or (isinstance(module, nn.Conv2d) and module not in inner):
            hooks.append(module.register_forward_hook(lambda layer, *_: layers.append(layer)))
    with torch.no_grad():
        net.eval().levels(torch.zeros(1, 3, 64, 64))
    for hook in hooks:
        hook.remove()
    return layers


def put(layer, weight, bias):
    """One folded convolution; the norm becomes 'add the bias'. `unfold` gives it statistics."""
    assert layer.conv.weight.shape == weight.shape, (layer, weight.shape)
    layer.conv.weight.copy_(weight)
    norm = layer.norm
    norm.weight.fill_(1)
    norm.bias.copy_(bias)
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)


def unfocused(weight):
    """[O,12,3,3] over the four shifted BGR copies of the focus layer -> [O,3,6,6] over RGB."""
    wide = torch.zeros(weight.shape[0], 3, 6, 6)
    for part, (dy, dx) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        wide[:, :, dy::2, dx::2] = weight[:, 3 * part : 3 * part + 3].flip(1)
    return wide


@torch.no_grad()
def fill(net, path, start):
    """Fills `net` from the file. `start`: {our class: class of the file}; the other classes keep their random start."""
    source, layers = convolutions(path), in_order(net)
    if source[0][0].shape[1] == 12:
        fill_published(net, source, [layer for layer in layers if isinstance(layer, Conv)], start)
        return
    assert len(source) == len(layers), "not a model of this project"
    for layer, (weight, bias) in zip(layers, source):
        if isinstance(layer, Conv):
            put(layer, weight, bias)
        elif layer.weight.shape == weight.shape and not start:
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        elif weight.shape[0] == 4 and weight.shape[1] == 64:
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        else:
            for ours, theirs in start.items():
                layer.weight[int(ours)] = weight[theirs]
                layer.bias[int(ours)] = bias[theirs]


def fill_published(net, source, layers, start):
    """YOLOX's file has per level: class tower, classes, box tower, box, objectness; ours calls the plain ones last."""
    plain = [pair for pair in source if pair[0].shape[0] in (80, 4, 1) and pair[0].shape[2] == 1]
    towers = [pair for pair in source if not any(pair is other for other in plain)]
    assert len(towers) == len(layers) and len(plain) == 9, "not YOLOX-nano"
    for layer, (weight, bias) in zip(layers, towers):
        put(layer, unfocused(weight) if weight.shape[1] == 12 else weight, bias)
    for level, head in enumerate(net.heads):
        (cw, cb), (bw, bb), (ow, ob) = plain[3 * level : 3 * level + 3]
        head.box.weight.copy_(bw)
        head.box.bias.copy_(bb)
        for ours, theirs in start.items():  # class logit + objectness logit: close to the product of the two scores
            head.classes.weight[int(ours)] = torch.cat([cw[theirs], ow[0]])
            head.classes.bias[int(ours)] = cb[theirs] + ob[0]


@torch.no_grad()
def unfold(net, batches):
    """Gives every norm the statistics of its input on `batches`, and a scale and shift that undo them.

    The function stays the same in eval mode; in training mode the norms now normalise, as they did when YOLOX was trained.
    """
    seen = {}

    def look(norm, args):
        x = args[0].float()
        mean = x.mean((0, 2, 3))
        seen.setdefault(norm, []).append((mean, x.var((0, 2, 3), unbiased=False) + mean**2))

    hooks = [m.register_forward_pre_hook(look) for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    net.eval()
    for batch in batches:
        net.levels(batch)
    for hook in hooks:
        hook.remove()
    for norm, pairs in seen.items():
        mean = torch.stack([m for m, _ in pairs]).mean(0)
        variance = (torch.stack([s for _, s in pairs]).mean(0) - mean**2).clamp(min=1e-4)
        norm.bias.add_(mean)  # first: it also undoes the mean that is now subtracted
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())


def mean_weights(states):
    """The mean of the weights of runs that began from the same start."""
    first = copy.deepcopy(states[0])
    for name, value in first.items():
        if value.dtype.is_floating_point:
            first[name] = torch.stack([state[name] for state in states]).mean(0)
    return first
