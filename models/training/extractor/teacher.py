"""The teacher of the distillation: a part of an ONNX detector, run by torch, and the directions of its features.

Only the operators of a ShuffleNet are known. A reshape with constant sizes (the channel shuffle) takes the sizes of the
value that it gets, so that the part runs at any picture size and batch.
"""
import hashlib

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def sha256(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


class Teacher:
    """`spec`: file, sha256, mean and std (in the channel order of the model), color, stages [{output, stride, keep}]."""

    def __init__(self, path, spec, device="cpu"):
        if sha256(path) != spec["sha256"]:
            raise SystemExit("%s is not the teacher that the recipe names" % path)
        graph = onnx.load(path).graph
        self.wanted = [stage["output"] for stage in spec["stages"]]
        self.weights = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
        self.first = [i.name for i in graph.input if i.name not in self.weights][0]
        self.nodes = self._needed(graph)
        for node in graph.node:
            if node.op_type == "Constant":
                self.weights[node.output[0]] = torch.from_numpy(numpy_helper.to_array(node.attribute[0].t).copy())
        # Numbers that are sizes stay where Python reads them.
        self.weights = {n: w.to(device) if w.is_floating_point() else w for n, w in self.weights.items()}
        self.order = [2, 1, 0] if spec["color"] == "bgr" else [0, 1, 2]
        self.mean = torch.tensor(spec["mean"]).view(1, 3, 1, 1).to(device)
        self.std = torch.tensor(spec["std"]).view(1, 3, 1, 1).to(device)

    def _needed(self, graph):
        need, kept = set(self.wanted), []
        for node in reversed(graph.node):
            if any(o in need for o in node.output):
                kept.append(node)
                need.update(node.input)
        return [n for n in kept[::-1] if n.op_type != "Constant"]

    @torch.no_grad()
    def __call__(self, pixels):
        """uint8 [B,S,S,3] RGB -> one [B,C,S/stride,S/stride] for each stage."""
        x = pixels.permute(0, 3, 1, 2).float()[:, self.order]
        values = {self.first: ((x - self.mean) / self.std).contiguous(memory_format=torch.channels_last)}
        get = lambda name: values[name] if name in values else self.weights[name]
        for node in self.nodes:
            at = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = self._run(node.op_type, [get(n) for n in node.input], at)
        return [values[name] for name in self.wanted]

    @staticmethod
    def _run(op, x, at):
        if op == "Conv":
            return F.conv2d(x[0], x[1], x[2] if len(x) > 2 else None, at["strides"], at["pads"][:2], at.get("dilations", 1), at.get("group", 1))
        if op == "LeakyRelu":
            return F.leaky_relu(x[0], at["alpha"])
        if op == "Relu":
            return F.relu(x[0])
        if op == "MaxPool":
            return F.max_pool2d(x[0], at["kernel_shape"], at["strides"], at["pads"][:2])
        if op == "Concat":
            return torch.cat(x, at["axis"])
        if op == "Transpose":
            return x[0].permute(at["perm"])
        if op == "Slice":
            first, last, axis = (int(v) for v in x[1:4])
            return x[0].narrow(axis, first, min(last, x[0].shape[axis]) - first)
        if op == "Reshape":
            shape = [int(v) for v in x[1]]
            batch, high, wide = x[0].shape[0], x[0].shape[-2], x[0].shape[-1]
            return x[0].reshape([batch] + shape[1:-2] + [high, wide])
        raise SystemExit("the teacher has an operator that is not known: " + op)


class Directions:
    """The strongest directions of each stage, at one scale per stage: a scale per channel would inflate dead channels."""

    def __init__(self, mean, project):
        self.mean, self.project = mean, project

    @classmethod
    def of(cls, samples, keep):
        """`samples` [N,C] of one stage; `keep` directions, with a total variance of `keep`."""
        mean = samples.mean(0)
        z = (samples - mean).double()
        values, vectors = torch.linalg.eigh(z.T @ z / len(z))
        values, vectors = values.flip(0), vectors.flip(1)
        scale = (keep / values[:keep].sum()).sqrt()
        kept = float(values[:keep].sum() / values.sum())
        return cls(mean, (vectors[:, :keep] * scale).float()), kept

    def __call__(self, x):
        b, c, h, w = x.shape
        return ((x.permute(0, 2, 3, 1).reshape(-1, c) - self.mean) @ self.project).view(b, h, w, -1).permute(0, 3, 1, 2)


def patches(x, count, random):
    """`count` random cells of each picture of [B,C,H,W] -> [B*count,C]."""
    flat = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, x.shape[1])
    return torch.cat([f[torch.from_numpy(random.permutation(f.shape[0])[:count]).to(x.device)] for f in flat])

