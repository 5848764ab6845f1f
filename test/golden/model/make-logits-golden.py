"""Reference next-token distributions for test/integration/logits.test.ts.

Loads a GGUF file with PyTorch transformers (float32, CPU) and writes, for 50 prompts, the token ids of the
prompt and the 100 most probable next tokens with their natural log probabilities, rounded to 6 decimals.
Nothing is sampled, so there is no seed. Log probabilities are normalised in float64 from float32 logits.

Versions: torch 2.15.0, transformers 5.23.0, gguf 0.19 or whatever transformers asks for.
Usage: python make-logits-golden.py FOLDER FILE.gguf OUT.json
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

QUESTIONS = [
    "What is the capital of Mongolia?",
    "Which chemical element has the symbol W?",
    "What is 17 times 23?",
    "On which day of the week does 1 March fall if 28 February is a Monday in a common year?",
    "Who wrote the novel 'Middlemarch'?",
    "How many faces does a dodecahedron have?",
    "Which river flows through Vienna?",
    "What is the boiling point of nitrogen in kelvin?",
    "Name a prime number between 90 and 100.",
    "Which planet has the shortest year?",
    "What is the derivative of x^3 - 2x?",
    "Is the sentence 'All squares are rectangles' true or false?",
    "What does the Python expression len('stream') return?",
    "In which year did the first human walk on the Moon?",
    "Translate 'good morning' into Spanish.",
    "Which gas do plants take in for photosynthesis?",
    "How many minutes are there in a week?",
    "What is the largest organ of the human body?",
    "Which language is spoken in Suriname's schools?",
    "Round 3.14159 to two decimals.",
]

OPENINGS = [
    "The",
    "def fibonacci(n):\n    ",
    "Once upon a time, in a village by the sea,",
    "1, 1, 2, 3, 5, 8, 13,",
    "SELECT name, count(*) FROM orders WHERE",
    "Die Hauptstadt von Frankreich ist",
    "東京は日本の",
    "import { readFile } from 'node:fs/promises';\n\nexport async function",
    "Roses are red,\nviolets are",
    "{\"name\": \"Ada\", \"born\": 18",
    "The opposite of hot is",
    "Q: True or false: water boils at 50 degrees Celsius at sea level.\nA:",
    "\n\n\n",
    "E = mc",
    "To be, or not to be, that is",
]

PASSAGE = (
    "A stream is a sequence of records that arrive in order and never end. Whoever reads it must decide "
    "what to keep, what to count and what to forget, because there is always more to come than there is "
    "room for. A window is one such decision: it says which records belong together, and when a result "
    "may be given. Late records are the price of an early answer. "
)

ANSWERS = ["Ulaanbaatar", "tungsten", "391", "Tuesday", "George Eliot"]


def prompts(tokenizer):
    """50 prompts: 20 chats, 15 openings, 10 long texts, 5 questions after an answer."""
    def chat(turns):
        text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        return tokenizer.encode(text, add_special_tokens=False)

    for question in QUESTIONS:
        yield chat([{"role": "user", "content": question}])
    for opening in OPENINGS:
        yield tokenizer.encode(opening, add_special_tokens=False)
    for repeats in range(1, 11):
        text = " ".join(f"({i + 1}) {PASSAGE}" for i in range(repeats))
        yield tokenizer.encode(text + QUESTIONS[repeats], add_special_tokens=False)
    for question, answer in zip(QUESTIONS, ANSWERS):
        yield chat([
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
            {"role": "user", "content": "How sure are you, from 0 to 100? Answer with a number."},
        ])


def main(folder, file, out):
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).eval()
    cases = []
    with torch.no_grad():
        for ids in prompts(tokenizer):
            logits = model(torch.tensor([ids])).logits[0, -1].double()
            top = torch.log_softmax(logits, -1).topk(100)
            cases.append({
                "prompt": ids,
                "tokens": top.indices.tolist(),
                "logProbabilities": [round(x, 6) for x in top.values.tolist()],
            })
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    with open(out, "w") as handle:
        handle.write(f'{{"file":{json.dumps(file)},"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:4])
