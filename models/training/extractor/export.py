#!/usr/bin/env python3
"""Writes the extractor that ships: features.onnx, features.json, CARD.md; best of several seeds by its held-out figure.

  export.py RUN [RUN ...] --data DIR --out ../../features

One graph of open picture size: uint8 [1, height, width, 3] RGB -> `embedding` float32 [1, D, height/8, width/8]. Batch
norms are folded into the convolutions, the heads and a projection to D directions (fixed here, from photographs) into
one 1x1 convolution per stage. Projection and mean of 3x3 cells are linear, so their order does not matter.
"""
import argparse
import hashlib
import json
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from network import Student
from photographs import crop, find, read

OPSET, DIMENSIONS, STRIDES, SIDE = 13, 64, (8, 16), 320


def read_run(folder):
    """-> weights, recipe, figures; of a run that has not ended, its averaged weights so far."""
    ended = os.path.join(folder, "weights.pt")
    if os.path.exists(ended):
        kept = torch.load(ended)
        return kept["model"], kept["recipe"], kept["figures"]
    kept = torch.load(os.path.join(folder, "last.pt"))
    figures = {"facts": kept["facts"], "steps": kept["step"], "cpuMinutes": round(kept["cpu"] / 60, 1), "unexplained": kept.get("unexplained"), "unfinished": True}
    return kept["mean"], kept["recipe"], figures


def projection(net, pictures):
    """Mean and directions [160, D] of pooled features; every stage has the same weight, all together a mean square of 1."""
    random, samples = np.random.default_rng(7), []
    pool, up = torch.nn.AvgPool2d(3, 1, 1, count_include_pad=False), torch.nn.Upsample(scale_factor=2, mode="bilinear")
    with torch.no_grad():
        for i in random.permutation(len(pictures))[:300]:
            x = torch.from_numpy(crop(pictures[i], SIDE, random)[None]).permute(0, 3, 1, 2).float()
            fine, coarse = net(x)
            both = torch.cat([pool(fine), up(pool(coarse))], 1)[0].flatten(1).T
            samples.append(both[torch.from_numpy(random.permutation(len(both))[:100])])
    z = torch.cat(samples).double()
    mean, widths = z.mean(0), [net.head8.out_channels, net.head16.out_channels]
    z = z - mean
    scale = torch.cat([torch.full((w,), float(1 / part.pow(2).sum(1).mean().sqrt()), dtype=torch.float64) for w, part in zip(widths, z.split(widths, 1))])
    values, vectors = torch.linalg.eigh((z * scale).T @ (z * scale) / len(z))
    kept = vectors.flip(1)[:, :DIMENSIONS]
    part = float(values.flip(0)[:DIMENSIONS].sum() / values.sum())
    total = float(values.flip(0)[:DIMENSIONS].sum())
    return mean, scale[:, None] * kept / total**0.5, part


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def convolution(self, layer, x, name):
        """A torch Sequential of convolution, batch norm and ReLU, folded."""
        plain, norm = layer[0], layer[1]
        gain = norm.weight / (norm.running_var + norm.eps).sqrt()
        weight, bias = plain.weight * gain[:, None, None, None], norm.bias - norm.running_mean * gain
        side, stride = plain.kernel_size[0], plain.stride[0]
        inputs = [x, self.constant(name + "_w", weight.numpy()), self.constant(name + "_b", bias.numpy())]
        y = self.add("Conv", inputs, name, kernel_shape=[side, side], strides=[stride, stride], pads=[side // 2] * 4)
        return self.add("Relu", [y], name + "_r")

    def stage(self, layers, x, name):
        for n, layer in enumerate(layers):
            at = "%s_%d" % (name, n)
            if isinstance(layer, torch.nn.Sequential):
                x = self.convolution(layer, x, at)
            else:
                x = self.add("Add", [x, self.convolution(layer.wide, self.convolution(layer.narrow, x, at + "_narrow"), at + "_wide")], at)
        return x

    def head(self, head, x, weight, mean, name):
        """The head and its part of the projection as one 1x1 convolution, then the mean of 3x3 cells."""
        w = weight.T @ head.weight[:, :, 0, 0].double()
        b = weight.T @ (head.bias.double() - mean)
        inputs = [x, self.constant(name + "_w", w.float()[:, :, None, None].numpy()), self.constant(name + "_b", b.float().numpy())]
        y = self.add("Conv", inputs, name, kernel_shape=[1, 1])
        return self.add("AveragePool", [y], name + "_mean", kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4, count_include_pad=0)


def build(net, mean, weight):
    g = Graph()
    with torch.no_grad():
        x = g.add("Cast", ["image"], "image_f", to=TensorProto.FLOAT)
        x = g.add("Transpose", [x], "image_t", perm=[0, 3, 1, 2])
        x = g.add("Sub", [x, g.constant("centre", np.float32(114))], "image_c")
        x = g.add("Mul", [x, g.constant("scale", np.float32(1 / 58))], "image_s")
        fine = g.stage(net.at8, g.stage(net.at4, x, "at4"), "at8")
        coarse = g.stage(net.at16, fine, "at16")
        first = net.head8.out_channels
        a = g.head(net.head8, fine, weight[:first], mean[:first], "fine")
        b = g.head(net.head16, coarse, weight[first:], mean[first:], "coarse")
        b = g.add("Resize", [b, g.constant("no_roi", np.zeros(0, np.float32)), g.constant("twice", np.array([1, 1, 2, 2], np.float32))], "coarse_up", mode="linear", coordinate_transformation_mode="half_pixel")
        g.add("Add", [a, b], "embedding")
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSIONS, "rows", "columns"])]
    model = helper.make_model(helper.make_graph(g.nodes, "features", inputs, outputs, g.constants), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=7, producer_name="lineside")
    onnx.checker.check_model(model)
    return model


def write_card(document, kept, out):
    """The hand-written card with the measured figures put in."""
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "recipes", "features.card.md")).read()
    took = lambda s: "%.1f minutes on %s" % (s["minutes"], s["device"]) if "device" in s else "%.1f CPU minutes" % s["cpuMinutes"]
    row = lambda s: "| %d%s | %d%s | %s | %s |" % (s["seed"], " (ships)" if s["seed"] == document["shipped"] else "", s["steps"], ", not ended" if "unfinished" in s else "", took(s), " / ".join("%.3f" % v for v in s["unexplained"]) if s["unexplained"] else "-")
    missing = [n for n in (1, 2, 3) if n not in [s["seed"] for s in document["seeds"]]]
    spread = "Seeds %s have not run: no spread is known." % ", ".join(map(str, missing)) if missing else "All three seeds have run."
    facts = {"seeds": "\n".join(row(s) for s in document["seeds"]), "spread": spread, "kept": "%.3f" % kept, "sha256": document["sha256"], "teacherSha256": document["teacherSha256"], "pictures": document["pictures"], "dataSha256": document["dataSha256"], "dimensions": document["dimensions"]}
    for key, value in facts.items():
        text = text.replace("{{%s}}" % key, str(value))
    open(os.path.join(out, "CARD.md"), "w").write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    for name in ("data", "out"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = [(folder, *read_run(folder)) for folder in args.runs]
    lost = lambda run: sum(run[3]["unexplained"] or [9, 9])
    folder, weights, recipe, figures = min(runs, key=lost)
    net = Student([s["keep"] for s in recipe["teacher"]["stages"]])
    net.load_state_dict(weights)
    net.eval()
    found = find(recipe, args.data)
    pictures = read(found, recipe["longest"])
    mean, weight, kept = projection(net, [p for i, p in enumerate(pictures) if i % recipe["heldOut"]])
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, "features.onnx")
    onnx.save(build(net, mean, weight), path)
    sha = hashlib.sha256(open(path, "rb").read()).hexdigest()
    seeds = [{"seed": r[3]["facts"]["seed"], "steps": r[3]["steps"], "cpuMinutes": r[3]["cpuMinutes"], "unexplained": r[3].get("unexplained"), **{k: r[3][k] for k in ("minutes", "device", "unfinished") if k in r[3]}} for r in runs]
    facts = figures["facts"]
    document = {"schema": 1, "file": "features.onnx", "sha256": sha, "input": "image", "output": "embedding", "dimensions": DIMENSIONS, "cell": STRIDES[0], "multiple": STRIDES[1], "shipped": facts["seed"], "seeds": seeds, "teacher": recipe["teacher"]["name"], "teacherSha256": facts["teacherSha256"], "pictures": facts["pictures"], "dataSha256": facts["dataSha256"], "licence": "Apache-2.0"}
    json.dump(document, open(os.path.join(args.out, "features.json"), "w"), indent=2)
    open(os.path.join(args.out, "features.json"), "a").write("\n")
    write_card(document, kept, args.out)
    print(path, os.path.getsize(path), "bytes; projection keeps %.3f; seed %d of" % (kept, facts["seed"]), seeds)


if __name__ == "__main__":
    main()
