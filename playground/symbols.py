"""One colour for each symbol, in formulas, numbers, tables and code; one set for each theme."""

from __future__ import annotations

import re
from functools import cache

import streamlit as st

COLOURS = {
    "light": {
        "alpha": "#B45309",
        "gamma": "#6D4AC4",
        "r": "#15803D",
        "max": "#0369A1",
        "q": "#B91C1C",
        "delta": "#A21A78",
        "pi": "#0F766E",
        "mean": "#4D7C0F",
        "clip": "#78350F",
    },
    "dark": {
        "alpha": "#FDBA74",
        "gamma": "#C4B5FD",
        "r": "#86EFAC",
        "max": "#7DD3FC",
        "q": "#FCA5A5",
        "delta": "#F5A8DC",
        "pi": "#5EEAD4",
        "mean": "#BEF264",
        "clip": "#E7B98A",
    },
}

# what stands for a symbol, in LaTeX and in Python
LATEX = {
    r"\max_{a'} Q(s',a')": "max",
    r"\max_{a'} Q^*(s',a')": "max",
    r"V_k(s')": "max",
    r"V(s')": "max",
    r"G_{t+1}": "max",
    r"\max_{a'} Q(s', a'; \theta^-)": "max",
    r"Q(s,a)": "q",
    r"Q(s, a; \theta)": "q",
    r"\alpha": "alpha",
    r"\ln \alpha": "alpha",
    r"\min_i Q_i(s', a'; \theta_i^-)": "max",
    r"\hat V(s')": "max",
    r"\min_i Q_i(s, a; \theta_i)": "q",
    r"\ln \pi(a' \mid s')": "pi",
    r"\ln \pi(a \mid s; \phi)": "pi",
    r"\ln \pi(a \mid s)": "pi",
    r"H(\pi)": "q",
    r"\bar H": "mean",
    r"\gamma": "gamma",
    r"\delta": "delta",
    r"r": "r",
    r"R(s,a,s')": "r",
    r"R_{t+1}": "r",
    r"R_{t+k+1}": "r",
    r"\bar r": "mean",
    r"\pi(b)": "pi",
    r"H(b)": "q",
    r"Q(a)": "q",
    r"\theta(s,\cdot)": "q",
    r"\theta(S_t,\cdot)": "q",
    r"\nabla \ln \pi(a \mid s)": "pi",
    r"\nabla \ln \pi(A_t \mid S_t)": "pi",
    r"V(s)": "q",
    r"r_t": "max",
    r"\hat A_t": "delta",
    r"\epsilon": "clip",
    r"\pi_\theta(a_t \mid s_t)": "pi",
    r"\pi_{\theta_\text{old}}(a_t \mid s_t)": "mean",
    r"\ln \pi_\theta": "pi",
    r"\ln \pi_{\theta_\text{old}}": "mean",
    r"r_{t+1}": "r",
    r"V(s_t)": "q",
    r"V(s_{t+1})": "max",
    r"\delta_t": "delta",
    r"\hat A_{t+1}": "max",
    r"\lambda": "clip",
    r"Q(s', \mu(s'; \phi^-); \theta^-)": "max",
    r"\min_i Q_i(s', \tilde a; \theta_i^-)": "max",
    r"Q_i(s, a; \theta_i)": "q",
    r"Q_1(s, \mu(s; \phi); \theta_1)": "q",
    r"\delta_i": "delta",
    r"\tilde\epsilon": "clip",
    r"\mu(s'; \phi^-)": "pi",
}
PYTHON = {
    r"q\[s_next\]\.max\(\)": "max",
    r"q_next\.amax\(-1\)": "max",
    r"g_next": "max",
    r"v_next": "max",
    r"mdp\.r\[s, a\]": "r",
    r"q\[s, a\]": "q",
    r"q_sa": "q",
    r"alpha": "alpha",
    r"log_alpha": "alpha",
    r"q\.amin\(0\)": "q",
    r"log_pi_next": "pi",
    r"log_pi": "pi",
    r"target_entropy": "mean",
    r"gamma": "gamma",
    r"delta": "delta",
    r"reward": "r",
    r"r": "r",
    r"mean": "mean",
    r"pi": "pi",
    r"h": "q",
    r"q_a": "q",
    r"ratio": "max",
    r"advantage": "delta",
    r"clip": "clip",
    r"log_prob": "pi",
    r"old_log_prob": "mean",
    r"lam": "clip",
    r"value": "q",
    r"next_value": "max",
    r"q_next\[0\]": "max",
    r"q_next\.amin\(0\)": "max",
    r"noise": "clip",
}
PYTHON_TOKEN = re.compile("|".join(rf"(?<![\w.]){t}(?!\w)" for t in PYTHON))


@cache
def latex_token(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of the tokens in LaTeX, but not as part of a longer name or command."""
    longest_first = sorted(tokens, key=len, reverse=True)
    whole = (rf"(?<![\\a-zA-Z]){re.escape(token)}(?![a-zA-Z_])" for token in longest_first)
    return re.compile("|".join(whole))


def theme() -> str:
    """ "light" or "dark", as the browser shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def colour(symbol: str) -> str:
    """The colour of a symbol in the current theme."""
    return COLOURS[theme()][symbol]
