"""The names of a model folder's files, and of the weight that lies in a file of its own."""

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
VOCABULARY = "vocabulary.npz"
EMBEDDINGS = "embeddings.safetensors"
WEIGHTS = "weights.safetensors"
GRAPH = "model.onnx"
LINKER = "linker.npz"
METRICS = "metrics.json"
CARD = "README.md"

WORDS = "encoder.embeddings.word_embeddings.weight"
