#!/usr/bin/env python3
"""Distils the feature extractor of `lineside model teach` from a detector's features (torch 1.13 of Debian 12, one thread) or on a GPU.

  distil.py ../recipes/features.json --data DIR --teacher nanodet_m_320.onnx --seed 1 --out runs/features-1 [--steps N] [--device cuda]

Interrupted, the same command continues from the last checkpoint, with the same numbers as if it had not been. The rate
is constant from the warm-up to `decayFrom` of the steps and then falls in a line to nothing; `--steps` above those of a
run that has ended continues it from the checkpoint before its rate fell. No label of the pictures is read.
"""
import argparse
import copy
import json
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from network import Student
from photographs import crop, digest, find, read
from teacher import Directions, Teacher, patches, sha256

EVERY = 250


def directions(teacher, pictures, recipe):
    """From 300 pictures, the same for every seed."""
    random = np.random.default_rng(0)
    chosen = random.permutation(len(pictures))[:300]
    samples = [[] for _ in recipe["teacher"]["stages"]]
    for at in range(0, len(chosen), 10):
        batch = np.stack([crop(pictures[i], recipe["window"], random) for i in chosen[at : at + 10]])
        for kept, stage in zip(samples, teacher(torch.from_numpy(batch).to(teacher.mean.device))):
            kept.append(patches(stage, 100, random))
    made = [Directions.of(torch.cat(s), stage["keep"]) for s, stage in zip(samples, recipe["teacher"]["stages"])]
    return [d for d, _ in made], [k for _, k in made]


def unexplained(net, batches):
    """For each stage the part of the teacher's variance that the student does not repeat, on held-out pictures."""
    net.eval()
    lost, total = np.zeros(2), np.zeros(2)
    with torch.no_grad():
        for x, targets in batches:
            for n, (out, target) in enumerate(zip(net(x), targets)):
                lost[n] += float((out - target).pow(2).sum())
                total[n] += float(target.pow(2).sum())
    return [round(float(v), 4) for v in lost / total]


def rate_at(step, progress, recipe):
    """`progress`: the part of the schedule, 0 to 1, that is behind."""
    rise = min(1, (step + 1) / recipe["warmup"])
    return recipe["rate"] * rise * min(1, max(0, (1 - progress) / (1 - recipe["decayFrom"])))


def save(path, state):
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    for name in ("data", "teacher", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--until", type=float, help="end at this time (seconds since 1970) instead of after a number of steps")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    recipe = json.load(open(args.recipe))
    recipe["steps"] = args.steps or (recipe["steps"] if args.until is None else 10**9)
    os.makedirs(args.out, exist_ok=True)

    found = find(recipe, args.data)
    pictures = read(found, recipe["longest"])
    held = [p for i, p in enumerate(pictures) if i % recipe["heldOut"] == 0]
    train = [p for i, p in enumerate(pictures) if i % recipe["heldOut"]]
    facts = {"pictures": len(found), "heldOut": len(held), "dataSha256": digest(found), "teacherSha256": sha256(args.teacher), "seed": args.seed, "torch": torch.__version__}
    teacher = Teacher(args.teacher, recipe["teacher"], args.device)
    reduce, facts["kept"] = directions(teacher, train, recipe)
    print(json.dumps(facts), flush=True)

    targets_of = lambda batch: [d(t) for d, t in zip(reduce, teacher(batch))]
    random = np.random.default_rng(5)
    judged = []
    for at in range(0, len(held), 16):
        batch = torch.from_numpy(np.stack([crop(p, recipe["window"], random) for p in held[at : at + 16]])).to(args.device)
        judged.append((batch.permute(0, 3, 1, 2).float(), targets_of(batch)))

    net = Student([s["keep"] for s in recipe["teacher"]["stages"]]).to(args.device, memory_format=torch.channels_last)
    mean_net = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), recipe["rate"], weight_decay=recipe["weightDecay"])
    step, cpu, wall = 0, 0.0, 0.0
    last, stable = (os.path.join(args.out, name) for name in ("last.pt", "stable.pt"))
    for path in (last, stable):
        if not os.path.exists(path):
            continue
        state = torch.load(path, map_location=args.device)
        # A longer schedule continues from before the rate fell.
        if path == last and state["steps"] != recipe["steps"] and state["step"] > recipe["decayFrom"] * state["steps"]:
            continue
        net.load_state_dict(state["net"])
        mean_net.load_state_dict(state["mean"])
        optimiser.load_state_dict(state["optimiser"])
        step, cpu, wall = state["step"], state["cpu"], state.get("wall", 0.0)
        print("continues at step", step, flush=True)
        break

    def state_now():
        return {"net": net.state_dict(), "mean": mean_net.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "steps": recipe["steps"], "cpu": cpu, "wall": wall, "recipe": recipe, "facts": facts, "directions": [(d.mean, d.project) for d in reduce]}

    began, since, losses, first = time.process_time(), time.monotonic(), [], time.time()
    progress = lambda: step / recipe["steps"] if args.until is None else min(1, (time.time() - first) / max(1, args.until - first))
    while step < recipe["steps"] and progress() < 1:
        random = np.random.default_rng([args.seed, step])  # a continued run draws what an uninterrupted one would have
        net.train()
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, progress(), recipe)
        batch = torch.from_numpy(np.stack([crop(train[i], recipe["window"], random) for i in random.choice(len(train), recipe["batch"], replace=False)])).to(args.device)
        with torch.autocast(args.device, torch.bfloat16):  # in float32 this torch takes a slow path on one thread
            stages = [stage.float() for stage in teacher(batch)]
        targets = [d(t) for d, t in zip(reduce, stages)]
        x = batch.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)
        with torch.autocast(args.device, torch.bfloat16):
            outs = net(x)
        loss = sum(F.mse_loss(o.float(), t) for o, t in zip(outs, targets))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        losses.append(loss.detach())
        keep = min(recipe["averaging"], step / (step + 10))
        with torch.no_grad():
            for mine, its in zip(mean_net.state_dict().values(), net.state_dict().values()):
                mine.copy_(mine * keep + its * (1 - keep) if mine.is_floating_point() else its)
        if step % EVERY == 0 or step == recipe["steps"]:
            cpu += time.process_time() - began
            wall += time.monotonic() - since
            began, since = time.process_time(), time.monotonic()
            figure = unexplained(mean_net, judged)
            print(json.dumps({"step": step, "cpuMinutes": round(cpu / 60, 1), "loss": round(float(torch.stack(losses[-EVERY:]).mean()), 3), "unexplained": figure}), flush=True)
            save(last, {**state_now(), "unexplained": figure})
            if progress() <= recipe["decayFrom"]:
                save(stable, state_now())
    cpu += time.process_time() - began
    figures = {"facts": facts, "steps": step, "cpuMinutes": round(cpu / 60, 1), "unexplained": unexplained(mean_net, judged)}
    if args.device != "cpu":
        figures |= {"minutes": round(wall / 60, 1), "device": torch.cuda.get_device_name()}
    save(os.path.join(args.out, "weights.pt"), {"model": {name: value.cpu() for name, value in mean_net.state_dict().items()}, "recipe": recipe, "figures": figures})
    json.dump(figures, open(os.path.join(args.out, "figures.json"), "w"), indent=1)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
