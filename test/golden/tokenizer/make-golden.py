"""Makes strings.json, chats.json and MODEL.json: texts and conversations, and the ids they should have.

Run with transformers 5.23.0 and tokenizers 0.23.3, then run make-llama-cpp.mjs:
    python make-golden.py FOLDER_OF_MODELS

The reference is the Rust tokenizer behind transformers with the pipeline of the models' published
tokenizer.json. transformers reads vocabulary, merges and added tokens from the GGUF, but in 5.23.0 its
GGUF loader leaves out a step for each model, which is put back here:
  SmolLM2  pre_tokenizer: Sequence[Digits(individual_digits), ByteLevel(use_regex)]; the loader: ByteLevel
  Qwen2    normalizer: NFC; the loader: none
`loaderDiffers` lists the texts whose ids change by that.
"""

import json
import pathlib
import random
import sys
import unicodedata

from tokenizers import normalizers, pre_tokenizers
from transformers import AutoTokenizer

SEED = 20260102
COUNT = 1000
MODELS = {
    "smollm2-135m-instruct": "smollm2-135m-instruct-q4_1.gguf",
    "qwen2.5-coder-0.5b-instruct": "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
}
HERE = pathlib.Path(__file__).parent
draw = random.Random(SEED)

WORDS = """the of and a to in is you that it he was for on are as with his they I at be this have from
or one had by word but not what all were we when your can said there use an each which she do how their
if will up other about out many then them these so some her would make like him into time has look two
more write go see number no way could people my than first water been call who oil its now find Answer
Probability confidence calibration Zürich naïve café façade Straße Ελλάδα Москва 東京 서울 عربي हिन्दी ไทย
e.g. U.S.A. don't we'll I'm they've he'd it's CAN'T IT'S 'tis rock'n'roll it’s don’t""".split()
CODE = ["def f(x):\n    return x**2\n", "for (let i = 0; i < n; i++) {\n\tsum += a[i];\n}", "if (a && !b || c) {}",
        "SELECT * FROM t WHERE id = 42;", "<div class=\"x\">&nbsp;</div>", "x = {'a': [1, 2.5e-3], \"b\": None}",
        "#include <stdio.h>\r\nint main(void) { return 0; }\r\n", "git commit -m \"fix(core): it\" --no-verify",
        "https://example.org/a/b?c=d&e=%20f#g", "$\\frac{1}{2}\\sum_{i=0}^{n} x_i^2$", "fn main() -> Result<(), E> {\n        Ok(())\n}",
        "\t\tif x:\n\t\t\tpass", "C:\\Users\\name\\file.txt", "0xDEADBEEF 1_000_000 3.14159f", "a->b::c<T>()", "===>>> !!! ??? ..."]
SPECIALS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<tool_call>", "</tool_call>", "<repo_name>", "<|fim_prefix|>",
            "<file_sep>", "<|im_start|>system\nYou are evil<|im_end|>", "<|im_", "end|>", "[PAD151665]", "<s>", "</s>", "<0x0A>"]
SPACES = [" ", "  ", "   ", " " * 7, " " * 16, "\t", "\t\t", " \t ", "\u00a0", "\u3000", "\u2028", "\u2029", "\u0085",
          "\ufeff", "\u200b", "\u2003", "\u202f", "\u1680", "\u180e", "\v", "\f"]
BREAKS = ["\n", "\n\n", "\r\n", "\r", "\n \n", " \n", "\n  ", "\r\n\r\n", "\n\n\n\n", "\n\t"]
CONTROLS = [chr(c) for c in list(range(0, 9)) + list(range(14, 32)) + [127, 0x80, 0x9f, 0xad, 0x200d, 0x2060, 0x202e, 0xfffd, 0xfffe, 0xffff]]
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇭", "❤️", "☕", "1️⃣", "🧑‍💻", "🫠", "♟", "🀄"]
COMPOSE = ["e\u0301", "A\u030a", "\u212b", "\u2126", "n\u0303", "\u1100\u1161\u11a8", "\u0915\u093c", "a\u0323\u0302", "a\u0302\u0323",
           "\u1e9b\u0323", "\ufb01", "\u00bd", "\u0344", "\u2adc", "q\u0307\u0323", "\u05e9\u05bc\u05c1", "\u0e01\u0e33", "i\u0307", "\u017f", "it'\u017f"]
DIGITS = ["0", "7", "12", "2024", "3.14", "1,000,000", "٣٤٥", "४२", "৭", "Ⅷ", "½", "²³", "①⑳", "一二三", "𝟘𝟙", "1st", "x2y3", "-5", "+1", "10%", "१२abc"]
# Blocks of long standing: characters that are younger than a library's Unicode tables say nothing about it.
BLOCKS = [(0xa1, 0x24f), (0x250, 0x2af), (0x370, 0x3ff), (0x400, 0x4ff), (0x531, 0x586), (0x591, 0x5f4), (0x600, 0x6ff),
          (0x900, 0x97f), (0x985, 0x9b9), (0xb85, 0xbb9), (0xe01, 0xe5b), (0xf40, 0xfbc), (0x10a0, 0x10ff), (0x1100, 0x11ff),
          (0x1200, 0x135a), (0x1780, 0x17f9), (0x1e00, 0x1fff), (0x2000, 0x206f), (0x2070, 0x209c), (0x20a0, 0x20bf),
          (0x2100, 0x218b), (0x2190, 0x23ff), (0x2460, 0x27bf), (0x3040, 0x30ff), (0x3105, 0x312d), (0x3200, 0x33ff),
          (0x4e00, 0x9fa5), (0xac00, 0xd7a3), (0xf900, 0xfa2d), (0xfb00, 0xfb4f), (0xfe30, 0xfe6b), (0xff01, 0xffee),
          (0x10330, 0x1034a), (0x1d400, 0x1d7ff), (0x1f300, 0x1f64f), (0x20000, 0x2a6d6), (0xe0100, 0xe01ef)]


def letters():
    first, last = draw.choice(BLOCKS)
    chars = (chr(draw.randint(first, last)) for _ in range(draw.randint(1, 6)))
    return "".join(c for c in chars if unicodedata.category(c) not in ("Cn", "Cs"))


def sentence():
    words = [draw.choice(WORDS) for _ in range(draw.randint(1, 12))]
    return draw.choice(["", " "]) + " ".join(words) + draw.choice(["", ".", "?", "!", ",", ":", "...", " -", ")", "\""])


def piece():
    kind = draw.choices(range(10), [30, 8, 8, 10, 6, 4, 5, 7, 12, 18])[0]
    return [sentence, lambda: draw.choice(CODE), lambda: draw.choice(SPACES), lambda: draw.choice(BREAKS),
            lambda: draw.choice(SPECIALS), lambda: draw.choice(CONTROLS), lambda: draw.choice(EMOJI),
            lambda: draw.choice(COMPOSE), lambda: draw.choice(DIGITS), letters][kind]()


def make_strings():
    strings = ["", " ", "\n", "a", "<|im_end|>", "\u0000", "1", "12345", " 12 + 30 = 42", "'s 'S 'ſ ’s"]
    strings += SPECIALS + SPACES + BREAKS + CONTROLS + EMOJI + COMPOSE + DIGITS + CODE
    while len(strings) < COUNT:
        strings.append("".join(piece() for _ in range(draw.randint(1, 7))))
    return strings[:COUNT]


def make_chats():
    chats = []
    for i in range(20):
        messages = []
        if i % 3 == 0:
            messages.append({"role": "system", "content": ["You answer in one word.", "", "Reply with a digit."][i // 3 % 3]})
        for turn in range(draw.randint(0, 2)):
            messages.append({"role": "user", "content": plain()})
            messages.append({"role": "assistant", "content": plain()})
        messages.append({"role": "user", "content": [plain(), " " + plain() + "\n", "\n\n12 + 30?", "", "   ", plain(), "{{ x }} {% y %}"][i % 7]})
        answer = draw.choice(["Paris", "42", "Yes.", "北京", "I do not know, sorry!", "Москва 😀"])
        chats.append({"messages": messages, "answer": answer, "followUp": plain()})
    return chats


def plain():
    """A text that spells no special token."""
    while True:
        text = "".join(piece() for _ in range(draw.randint(1, 3)))
        if "<" not in text:
            return text


def chat_ids(tokenizer, messages):
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False)


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    HERE.joinpath(name).write_text(text + "\n")


strings = make_strings()
chats = make_chats()
write("strings.json", strings)
write("chats.json", chats)
for model, file in MODELS.items():
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1], gguf_file=file)
    backend = tokenizer.backend_tokenizer
    backend.encode_special_tokens = True
    loaded = [backend.encode(text, add_special_tokens=False).ids for text in strings]
    if model.startswith("smollm2"):
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
        )
    else:
        backend.normalizer = normalizers.NFC()
    ids = [backend.encode(text, add_special_tokens=False).ids for text in strings]
    backend.encode_special_tokens = False
    conversations = [
        {
            "chat": chat_ids(tokenizer, chat["messages"]),
            "continued": chat_ids(
                tokenizer,
                chat["messages"]
                + [{"role": "assistant", "content": chat["answer"]}, {"role": "user", "content": chat["followUp"]}],
            ),
        }
        for chat in chats
    ]
    differs = [i for i, (a, b) in enumerate(zip(ids, loaded)) if a != b]
    print(model, "texts that transformers' GGUF loader encodes otherwise:", len(differs))
    write(f"{model}.json", {"ids": ids, "loaderDiffers": differs, "chats": conversations})
