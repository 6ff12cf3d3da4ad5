# %% [markdown]
# # Why a piano is always a little out of tune
#
# Two notes sound well together when their frequencies stand in a simple ratio: an octave is 2 : 1, a fifth 3 : 2,
# a major third 5 : 4. A tuner who makes every fifth pure, one on top of the other, hopes to come back to the note
# that he began with after twelve of them. He does not. Twelve fifths are
#
# $$\left(\tfrac{3}{2}\right)^{12} = 129.746\ldots \quad\text{but seven octaves are}\quad 2^7 = 128.$$
#
# No power of three is a power of two, so somebody has to be cheated. Tunings differ in who.

# %% imports
import io
import math
import struct
import wave

import tiffin as tn

# %% [markdown]
# ## Three ways to divide an octave
#
# *Pythagoras* makes all fifths pure but the last one, the *wolf*, which takes the whole error. *Meantone*, the
# tuning of the Renaissance, makes the fifths so narrow that the thirds are pure. *Equal temperament*, which every
# piano has today, gives each fifth the same small share of the error, so that every key sounds the same.

# %% tunings
NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B"]
FIFTHS = {"Pythagoras": 3 / 2, "Meantone": 5**0.25, "Equal temperament": 2 ** (7 / 12)}
KEYBOARD_A = 440.0


def tune(fifth):
    """The twelve notes above C as ratios to it: a chain of fifths from E flat up to G sharp."""
    notes = {}
    for steps in range(-3, 9):
        ratio = fifth**steps
        notes[steps * 7 % 12] = ratio / 2 ** math.floor(math.log2(ratio) + 1e-9)
    return [notes[index] for index in range(12)]


def cents(ratio):
    """An interval in hundredths of a piano's half tone."""
    return 1200 * math.log2(ratio)


scales = {name: tune(fifth) for name, fifth in FIFTHS.items()}

# %% [markdown]
# The unit is the *cent*, of which an octave has 1200: an interval with the ratio $r$ has $1200 \log_2 r$. A good
# ear hears five of them.

# %% table
scale_table = tn.ui.table(
    [
        {"note": _note, **{_name: round(cents(_ratios[_index]), 1) for _name, _ratios in scales.items()}}
        for _index, _note in enumerate(NAMES)
    ],
    columns={"note": "Note", **{_name: _name for _name in scales}},
    format=dict.fromkeys(scales, ",.1f"),
    page_size=12,
    label="Cents above C",
)
scale_table

# %% [markdown]
# ## Listen
#
# Choose a chord and hear it. In *Pythagoras* the third of C major beats nervously; in *Meantone* it stands still.
# Then play A♭ major, a key that a tuner of the Renaissance never meant to be played.

# %% tuning
tuning = tn.ui.radio(list(scales), value="Meantone", label="Tuning")
tuning

# %% chord
chord = tn.ui.dropdown(
    {
        "C major": (0, 4, 7),
        "D major": (2, 6, 9),
        "E♭ major": (3, 7, 10),
        "G major": (7, 11, 2),
        "A♭ major": (8, 0, 3),
    },
    value="C major",
    label="Chord",
)
chord


# %% sound
RATE = 11_025  # samples a second


def frequencies(ratios, notes):
    """The chord's notes in hertz, upwards from its root."""
    lowest = KEYBOARD_A / ratios[9]
    found = []
    for note in notes:
        pitch = lowest * ratios[note]
        while found and pitch < found[-1]:
            pitch *= 2
        found.append(pitch)
    return found


def play(pitches, seconds=3.0):
    """The notes at once, each with five overtones, as a WAV file."""
    frames = bytearray()
    for index in range(int(RATE * seconds)):
        time = index / RATE
        level = sum(
            math.sin(math.tau * pitch * overtone * time) / overtone**1.5
            for pitch in pitches
            for overtone in range(1, 6)
            if pitch * overtone < RATE / 2
        )
        envelope = min(1.0, time * 30, (seconds - time) * 6) * math.exp(-0.5 * time)
        frames += struct.pack("<h", int(4200 * level * envelope))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(frames))
    return file.getvalue()


pitches = frequencies(scales[tuning.value], chord.value)
tn.audio(
    play(pitches),
    alt="The chord, for three seconds",
    caption=", ".join(f"{NAMES[_note]} {_pitch:.1f} Hz" for _note, _pitch in zip(chord.value, pitches)),
)


# %% drawing
def beats(pitches):
    """How the chord swells and fades: the third's and the fifth's distance from pure, in beats a second."""
    root, third, fifth = pitches
    return abs(4 * third - 5 * root), abs(2 * fifth - 3 * root)


def circle_of_fifths(ratios):
    """Twelve fifths round a circle, each coloured by how far it is from pure."""
    parts = []
    for place in range(12):
        note, above = place * 7 % 12, (place + 1) * 7 % 12
        error = (cents(ratios[above] / ratios[note]) - cents(3 / 2) + 600) % 1200 - 600
        start, end = (math.radians(30 * angle - 90) for angle in (place, place + 1))
        arc = (
            f"M{160 + 108 * math.cos(start):.1f},{160 + 108 * math.sin(start):.1f}"
            f" A108,108 0 0 1 {160 + 108 * math.cos(end):.1f},{160 + 108 * math.sin(end):.1f}"
        )
        middle = (start + end) / 2
        wolf = abs(error) > 10
        width = 3 + min(14, abs(error) / 1.5)
        colour = "var(--tn-accent, #c2410c)" if wolf else "currentColor"
        said = "pure" if abs(error) < 0.05 else f"{error:+.1f}"
        parts.append(
            f'<path d="{arc}" fill="none" stroke="{colour}" stroke-opacity="{1 if wolf else 0.4}"'
            f' stroke-width="{width:.1f}"/>'
            f'<text x="{160 + 76 * math.cos(middle):.1f}" y="{164 + 76 * math.sin(middle):.1f}"'
            f' font-size="11" fill-opacity="{1 if wolf else 0.8}">{said}</text>'
            f'<text x="{160 + 138 * math.cos(start):.1f}" y="{165 + 138 * math.sin(start):.1f}"'
            f' font-size="17" font-weight="600">{NAMES[note]}</text>'
        )
    return (
        '<svg viewBox="0 0 320 320" role="img" aria-label="The circle of fifths, and how far each is from pure"'
        ' style="width:100%;max-width:24rem;height:auto" fill="currentColor" text-anchor="middle"'
        f' font-family="inherit">{"".join(parts)}</svg>'
    )


# %% circle
tn.html(circle_of_fifths(scales[tuning.value]))

# %% verdict
third_beats, fifth_beats = beats(pitches)
tn.hstack(
    [
        tn.stat(f"{third_beats:.1f} Hz", label="The third beats", caption="pure is 0"),
        tn.stat(f"{fifth_beats:.1f} Hz", label="The fifth beats", caption="pure is 0"),
    ]
)

# %% [markdown]
# The numbers round the circle are cents from a pure fifth. With *Equal temperament* all are the same, and so small
# that nobody minds; its thirds are 13.7 cents too wide, and we have got used to it. The other two are better in
# some keys and worse in others.
#
# > [!NOTE]
# > Where one interval of a chord is a little out of tune, an overtone of one note comes near an overtone of the
# > other, and the two swell and fade together. Tuners do not measure ratios: they count these beats.
