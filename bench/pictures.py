"""How all pictures of the documentation look."""

import matplotlib
from matplotlib import pyplot

from machine import ROOT

PLOTS = ROOT / "docs/performance"
COLOURS = {"edge": "#2f6f9f", "journal": "#c8553d", "partition": "#e0a458", "issuer": "#588157", "other": "#8d99ae"}
INK = "#7a828e"  # readable on white and on black
WIDTH = 7.4
matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "firstcome", "font.family": "sans-serif", "font.sans-serif": ["system-ui", "DejaVu Sans"],
    "font.size": 10, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": INK,
    "axes.spines.top": False, "axes.spines.right": False})


def figure(height, rows=1, columns=1):
    return pyplot.subplots(rows, columns, figsize=(WIDTH, height), layout="constrained")


def write(drawing, name, title):
    PLOTS.mkdir(parents=True, exist_ok=True)
    drawing.savefig(PLOTS / name, transparent=True, metadata={"Date": None, "Creator": None, "Title": title})
