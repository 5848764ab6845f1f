"""Makes words.json, tiny-smollm.json and tiny-qwen2.json: words that texts are cut into, and small vocabularies of the two kinds, trained on the texts of
strings.json with the Rust tokenizers, and the ids these give for the same texts.

They stand in for the real models' vocabularies where those are not at hand. tiny-smollm has, as the real
one, only bytes that its training text had (every seventh text is left out, so that some are missing).

Run with tokenizers 0.23.3: python make-tiny.py
"""

import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")
WORDS = ["it'ſx it'ſ it'S it's IT'LL we'Re I'M don'T", "a\u0085b \u0085 c", "\ufeffa \ufeff b", "x\u200b y", "½²Ⅷ٣৪一 12a3",
         "a\u2028b\u2029 \u3000c", "a\x1cb \x1d c\x1fd", "\u180e x \u00a0y", "a  b   c \n\n d\r\n  e \n", "\t\tif (x) {\r\n\ty += 1;\n}",
         "naïve ÉCOLE e\u0301a नमस्ते", "👍🏽👨‍👩‍👧 ok", "x !!!\n\n...\n y", "   ", "\n \n\t\n", "a.b,c;d 'quoted' ''s", "_a__b -c--d"]
strings = json.loads(HERE.joinpath("strings.json").read_text())

words = {"texts": WORDS}

for kind in ("smollm", "qwen2"):
    tokenizer = Tokenizer(models.BPE())
    if kind == "smollm":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        alphabet = []
    else:
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(QWEN2), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    composed = [tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer else text for text in WORDS]
    words[kind] = [
        [text[start:end] for _, (start, end) in tokenizer.pre_tokenizer.pre_tokenize_str(text)] for text in composed
    ]
    trainer = trainers.BpeTrainer(vocab_size=900, initial_alphabet=alphabet, show_progress=False)
    training = [text for i, text in enumerate(strings) if i % 7 != 0]
    tokenizer.train_from_iterator(training, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False)])
    tokenizer.encode_special_tokens = True
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    fixture = {
        "tokens": sorted(vocabulary, key=vocabulary.get),
        "merges": [" ".join(pair) for pair in model["merges"]],
        "ids": [tokenizer.encode(text).ids for text in strings],
    }
    HERE.joinpath(f"tiny-{kind}.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(kind, len(fixture["tokens"]), "tokens,", sum(map(len, fixture["ids"])), "ids")

HERE.joinpath("words.json").write_text(json.dumps(words, indent=1) + "\n")
