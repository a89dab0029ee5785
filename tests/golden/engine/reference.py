#!/usr/bin/env python3
"""The networks of docs/model-file.md once more, in plain Python and from the page alone: what the engine is held to.

    reference.py FOLDER    writes the golden models and their logits anew
"""
import json
import math
import pathlib
import random
import sys

import model_file


def tensor_shapes(spec):
    """Name to shape, as docs/model-file.md lists them."""
    vocabulary, labels = spec["vocabulary_size"], spec.get("labels", 0)
    shapes = {}
    wavenet, lstm = spec.get("wavenet"), spec.get("lstm")
    if "gru" in spec:
        return gru_shapes(spec)
    if "guide-cnn" in spec:
        return guide_cnn_shapes(spec)
    if "markov" in spec:
        return markov_shapes(spec)
    if wavenet:
        r, s, h = wavenet["residual_channels"], wavenet["skip_channels"], wavenet["head_channels"]
        shapes["embedding.weight"] = [wavenet["input_kernel_size"], vocabulary, r]
        shapes["embedding.bias"] = [r]
        layers = wavenet["stacks"] * len(wavenet["dilations"])
        for i in range(layers):
            paper = wavenet["block"] == "paper"
            parts = {"dilated": [r if paper else 2 * r, r, wavenet["kernel_size"]]}
            if paper:
                parts["gate"] = [2 * r, r]
            else:
                parts["skip"] = [s, r]
                if i + 1 < layers:
                    parts["residual"] = [r, r]
            for part, shape in parts.items():
                shapes[f"block.{i}.{part}.weight"] = shape
                shapes[f"block.{i}.{part}.bias"] = shape[:1]
            if labels:
                shapes[f"block.{i}.condition.weight"] = [labels, 2 * r]
        head_input = s + (lstm["hidden"] if lstm else 0)
        for part, shape in {"head.0": [h, head_input], "head.1": [vocabulary, h]}.items():
            shapes[part + ".weight"] = shape
            shapes[part + ".bias"] = shape[:1]
    if lstm:
        hidden = lstm["hidden"]
        inputs = wavenet["skip_channels"] if wavenet else lstm["embedding"]
        for n in range(lstm["layers"]):
            shapes[f"lstm.weight_ih_l{n}"] = [4 * hidden, inputs if n == 0 else hidden]
            shapes[f"lstm.weight_hh_l{n}"] = [4 * hidden, hidden]
            shapes[f"lstm.bias_ih_l{n}"] = [4 * hidden]
            shapes[f"lstm.bias_hh_l{n}"] = [4 * hidden]
    if lstm and not wavenet:
        shapes["embedding.weight"] = [vocabulary, lstm["embedding"]]
        if labels:
            shapes["condition.weight"] = [labels, lstm["embedding"]]
        shapes["head.weight"] = [vocabulary, lstm["hidden"]]
        shapes["head.bias"] = [vocabulary]
    return shapes


def embedding_and_head(spec, embedding, hidden):
    vocabulary, labels = spec["vocabulary_size"], spec.get("labels", 0)
    shapes = {"embedding.weight": [vocabulary, embedding], "head.weight": [vocabulary, hidden], "head.bias": [vocabulary]}
    if labels:
        shapes["condition.weight"] = [labels, embedding]
    return shapes


def gru_shapes(spec):
    gru = spec["gru"]
    hidden = gru["hidden"]
    shapes = embedding_and_head(spec, gru["embedding"], hidden)
    for n in range(gru["layers"]):
        shapes[f"gru.weight_ih_l{n}"] = [3 * hidden, gru["embedding"] if n == 0 else hidden]
        shapes[f"gru.weight_hh_l{n}"] = [3 * hidden, hidden]
        shapes[f"gru.bias_ih_l{n}"] = shapes[f"gru.bias_hh_l{n}"] = [3 * hidden]
    return shapes


def guide_cnn_shapes(spec):
    cnn = spec["guide-cnn"]
    shapes = embedding_and_head(spec, cnn["embedding"], cnn["hidden"])
    for i, channels in enumerate(cnn["channels"]):
        inputs = cnn["channels"][i - 1] if i else cnn["embedding"]
        shapes[f"convolution.{i}.weight"], shapes[f"convolution.{i}.bias"] = [channels, inputs, cnn["kernel_size"]], [channels]
    shapes["hidden.weight"], shapes["hidden.bias"] = [cnn["hidden"], cnn["channels"][-1]], [cnn["hidden"]]
    return shapes


def markov_shapes(spec):
    shapes = {}
    for n, entries in enumerate(spec["markov"]["entries"], 1):
        parts = ("symbol", "count") if n > spec["markov"]["order"] else ("symbol", "count", "first")
        shapes.update({f"level.{n}.{part}": [entries] for part in parts})
    return shapes


def random_tensors(spec, seed):
    generator = random.Random(seed)
    tensors = {}
    for name, shape in sorted(tensor_shapes(spec).items()):
        tensors[name] = [model_file.as_float(generator.gauss(0, 0.5)) for _ in range(math.prod(shape))]
    return tensors


def write_model(path, spec, tensors, precision="fp32"):
    metadata = {"continuo.version": "1", "continuo.network": json.dumps(spec)}
    model_file.write(path, metadata, tensor_shapes(spec), tensors, precision, canonical=False)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


class Network:
    """Logits of a whole sequence, by the equations."""

    def __init__(self, spec, tensors):
        self.spec, self.tensors, self.shapes = spec, tensors, tensor_shapes(spec)

    def at(self, name, *index):
        place = 0
        for size, i in zip(self.shapes[name], index):
            place = place * size + i
        return self.tensors[name][place]

    def linear(self, name, x):
        rows, columns = self.shapes[name + ".weight"]
        assert columns == len(x)
        return [self.at(name + ".bias", o) + sum(self.at(name + ".weight", o, i) * x[i] for i in range(columns))
                for o in range(rows)]

    def convolution(self, name, xs, dilation):
        rows, channels, taps = self.shapes[name + ".weight"]
        ys = []
        for t in range(len(xs)):
            y = [self.at(name + ".bias", o) for o in range(rows)]
            for j in range(taps):
                past = t - (taps - 1 - j) * dilation
                if past >= 0:
                    for o in range(rows):
                        y[o] += sum(self.at(name + ".weight", o, i, j) * xs[past][i] for i in range(channels))
            ys.append(y)
        return ys

    def skips(self, symbols, label):
        wavenet = self.spec["wavenet"]
        r, taps = wavenet["residual_channels"], wavenet["input_kernel_size"]
        xs = []
        for t in range(len(symbols)):
            x = list(self.tensors["embedding.bias"])
            for j in range(taps):
                past = t - (taps - 1 - j)
                if past >= 0:
                    x = [x[c] + self.at("embedding.weight", j, symbols[past], c) for c in range(r)]
            xs.append(x)
        total = [[0.0] * wavenet["skip_channels"] for _ in symbols]
        layers = wavenet["stacks"] * len(wavenet["dilations"])
        for i in range(layers):
            block = f"block.{i}."
            cs = self.convolution(block + "dilated", xs, wavenet["dilations"][i % len(wavenet["dilations"])])
            for t, c in enumerate(cs):
                pre = self.linear(block + "gate", c) if wavenet["block"] == "paper" else c
                if self.spec.get("labels", 0):
                    pre = [pre[k] + self.at(block + "condition.weight", label, k) for k in range(2 * r)]
                z = [math.tanh(pre[k]) * sigmoid(pre[r + k]) for k in range(r)]
                skip = z if wavenet["block"] == "paper" else self.linear(block + "skip", z)
                total[t] = [a + b for a, b in zip(total[t], skip)]
                if wavenet["block"] == "paper":
                    xs[t] = [a + b for a, b in zip(c, z)]
                elif i + 1 < layers:
                    xs[t] = [a + b for a, b in zip(xs[t], self.linear(block + "residual", z))]
        return [[max(value, 0.0) for value in row] for row in total]

    def lstm(self, xs):
        hidden = self.spec["lstm"]["hidden"]
        for n in range(self.spec["lstm"]["layers"]):
            h, c, ys = [0.0] * hidden, [0.0] * hidden, []
            for x in xs:
                pre = []
                for row in range(4 * hidden):
                    value = self.at(f"lstm.bias_ih_l{n}", row) + self.at(f"lstm.bias_hh_l{n}", row)
                    value += sum(self.at(f"lstm.weight_ih_l{n}", row, i) * x[i] for i in range(len(x)))
                    value += sum(self.at(f"lstm.weight_hh_l{n}", row, i) * h[i] for i in range(hidden))
                    pre.append(value)
                i, f, g, o = (pre[k * hidden:(k + 1) * hidden] for k in range(4))
                c = [sigmoid(f[k]) * c[k] + sigmoid(i[k]) * math.tanh(g[k]) for k in range(hidden)]
                h = [sigmoid(o[k]) * math.tanh(c[k]) for k in range(hidden)]
                ys.append(h)
            xs = ys
        return xs

    def embedded(self, width, symbols, label):
        return [[self.at("embedding.weight", s, k) + (self.at("condition.weight", label, k) if self.spec.get("labels", 0) else 0.0)
                 for k in range(width)] for s in symbols]

    def gru(self, xs):
        hidden = self.spec["gru"]["hidden"]
        for n in range(self.spec["gru"]["layers"]):
            h, ys = [0.0] * hidden, []
            for x in xs:
                a = [self.at(f"gru.bias_ih_l{n}", row) + sum(self.at(f"gru.weight_ih_l{n}", row, i) * x[i] for i in range(len(x)))
                     for row in range(3 * hidden)]
                b = [self.at(f"gru.bias_hh_l{n}", row) + sum(self.at(f"gru.weight_hh_l{n}", row, i) * h[i] for i in range(hidden))
                     for row in range(3 * hidden)]
                r = [sigmoid(a[k] + b[k]) for k in range(hidden)]
                z = [sigmoid(a[hidden + k] + b[hidden + k]) for k in range(hidden)]
                new = [math.tanh(a[2 * hidden + k] + r[k] * b[2 * hidden + k]) for k in range(hidden)]
                h = [(1 - z[k]) * new[k] + z[k] * h[k] for k in range(hidden)]
                ys.append(h)
            xs = ys
        return xs

    def guide(self, xs):
        """The prediction from the last symbol on: xs are the embeddings of all that came."""
        cnn = self.spec["guide-cnn"]
        window = [[0.0] * cnn["embedding"]] * cnn["window"] + xs
        window = window[-cnn["window"]:]
        for i, dilation in enumerate(cnn["dilations"]):
            ys = [[max(value, 0.0) for value in y] for y in self.convolution(f"convolution.{i}", window, dilation)]
            window = [list(map(max, ys[2 * t], ys[2 * t + 1])) for t in range(len(ys) // 2)]
        most = [max(column) for column in zip(*window)]
        return self.linear("head", [max(value, 0.0) for value in self.linear("hidden", most)])

    def head(self, x):
        return self.linear("head.1", [max(value, 0.0) for value in self.linear("head.0", x)])

    def logits(self, symbols, label=0):
        name = self.spec["name"]
        if name == "lstm":
            xs = self.embedded(self.spec["lstm"]["embedding"], symbols, label)
            return [self.linear("head", y) for y in self.lstm(xs)]
        if name == "gru":
            return [self.linear("head", y) for y in self.gru(self.embedded(self.spec["gru"]["embedding"], symbols, label))]
        if name == "guide-cnn":
            xs = self.embedded(self.spec["guide-cnn"]["embedding"], symbols, label)
            return [self.guide(xs[:t + 1]) for t in range(len(xs))]
        skips = self.skips(symbols, label)
        if name == "wavenet":
            return [self.head(s) for s in skips]
        return [self.head(s + y) for s, y in zip(skips, self.lstm(skips))]


class Counted:
    """A markov network: how often each symbol followed each n-gram in some sequences, in a dictionary."""

    def __init__(self, spec, seed):
        generator = random.Random(seed)
        self.vocabulary, self.order = spec["vocabulary_size"], spec["markov"]["order"]
        self.ngrams = {}  # to how often they were met; of one symbol, how often it followed another
        for first in range(3):  # sequences; symbol 0 only begins one
            text = [first] + [min(int(generator.expovariate(0.4)) + 1, self.vocabulary - 2) for _ in range(60)]
            for begin in range(len(text)):
                for length in range(1, self.order + 2):
                    if begin + length <= len(text):
                        ngram = tuple(text[begin:begin + length])
                        self.ngrams[ngram] = self.ngrams.get(ngram, 0) + (begin > 0 or length > 1)
        self.levels = [sorted(ngram for ngram in self.ngrams if len(ngram) == n) for n in range(1, self.order + 2)]
        spec["markov"]["entries"] = [len(level) for level in self.levels]

    def tensors(self):
        result = {}
        for n, level in enumerate(self.levels, 1):
            result[f"level.{n}.symbol"] = [float(ngram[-1]) for ngram in level]
            result[f"level.{n}.count"] = [float(self.ngrams[ngram]) for ngram in level]
            if n <= self.order:
                result[f"level.{n}.first"] = [float(sum(longer[:n] < ngram for longer in self.levels[n])) for ngram in level]
        return result

    def probability(self, history, symbol):
        shorter = self.probability(history[1:], symbol) if history else 1 / self.vocabulary
        counts = [self.ngrams.get((*history, other), 0) for other in range(self.vocabulary)]
        kinds = sum(count > 0 for count in counts)
        return (counts[symbol] + kinds * shorter) / (sum(counts) + kinds) if sum(counts) else shorter

    def logits(self, symbols, _label=0):
        return [[math.log(self.probability(tuple(symbols[max(t + 1 - self.order, 0):t + 1]), w)) for w in range(self.vocabulary)]
                for t in range(len(symbols))]


STANDARD = {"residual_channels": 5, "skip_channels": 7, "head_channels": 6, "kernel_size": 3, "input_kernel_size": 2,
            "stacks": 2, "dilations": [1, 3], "block": "standard", "dropout": 0.0}
PAPER = {"residual_channels": 6, "skip_channels": 6, "head_channels": 5, "kernel_size": 2, "input_kernel_size": 1,
         "stacks": 1, "dilations": [1, 2, 5], "block": "paper", "dropout": 0.1}
CASES = {
    "wavenet": {"name": "wavenet", "vocabulary_size": 11, "labels": 3, "wavenet": STANDARD},
    "wavenet_paper": {"name": "wavenet", "vocabulary_size": 9, "labels": 0, "wavenet": PAPER},
    "lstm": {"name": "lstm", "vocabulary_size": 10, "labels": 2,
             "lstm": {"embedding": 4, "hidden": 5, "layers": 2, "dropout": 0.2}},
    "wavenet_lstm": {"name": "wavenet-lstm", "vocabulary_size": 8, "labels": 0, "wavenet": STANDARD,
                     "lstm": {"hidden": 4, "layers": 2}},
    "gru": {"name": "gru", "vocabulary_size": 10, "labels": 2, "gru": {"embedding": 4, "hidden": 5, "layers": 2, "dropout": 0.1}},
    "guide_cnn": {"name": "guide-cnn", "vocabulary_size": 9, "labels": 3,
                  "guide-cnn": {"window": 8, "embedding": 4, "channels": [5, 6], "dilations": [1, 2], "kernel_size": 3, "hidden": 7}},
    "markov": {"name": "markov", "vocabulary_size": 12, "labels": 0, "markov": {"order": 3}},
}
def make(spec, seed):
    """Tensors of a network, and what gives its logits once they were stored and read."""
    if "markov" in spec:
        counted = Counted(spec, seed)
        return counted.tensors(), lambda tensors: counted
    return random_tensors(spec, seed), lambda tensors: Network(spec, tensors)


LENGTH = 24  # longer than every receptive field here


def main():
    folder = pathlib.Path(sys.argv[1])
    for seed, (name, spec) in enumerate(CASES.items()):
        tensors, network = make(spec, seed)
        write_model(folder / f"{name}.safetensors", spec, tensors)
        symbols = [random.Random(100 + seed + t).randrange(spec["vocabulary_size"]) for t in range(LENGTH)]
        label = spec["labels"] - 1 if spec["labels"] else 0
        rows = network(tensors).logits(symbols, label)
        with open(folder / f"{name}.txt", "w", encoding="ascii") as file:
            file.write(f"{label}\n{' '.join(map(str, symbols))}\n")
            for row in rows:
                file.write(" ".join(f"{value:.7f}" for value in row) + "\n")


if __name__ == "__main__":
    main()
