"""Train the joint model from a config: `bulletin-ner train --config configs/default.toml`."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from bulletin_ner.network import JointNetwork
from bulletin_ner.tokenization import BulletinTokenizer
from training.augmentation import Names, augment
from training.checkpoint import BEST, HUB, RunState, load_checkpoint, restore_trainable, save_checkpoint, trainable_state
from training.config import Config, ConfigError
from training.data import (
    Batch,
    Example,
    Slice,
    build_example,
    collate,
    cut_windows,
    group_batches,
    load_sources,
    longer_sentences,
)
from training.distillation import distillation_loss, load_teacher
from training.documents import AnnotatedDocument, check_labels
from training.evaluate import predict_documents, score_documents
from training.finish import finish
from training.hub_model import save_hub_model
from training.linker import linkable
from training.links import read_links
from training.losses import joint_loss
from training.setup import build_network, build_tagger

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What a run works with, besides its state."""

    config: Config
    folder: Path
    network: JointNetwork
    tokenizer: BulletinTokenizer
    optimizer: torch.optim.Optimizer
    average: Mapping[str, torch.Tensor]
    dev: Sequence[AnnotatedDocument]
    teacher: JointNetwork | None

    def save(self, state: RunState) -> None:
        save_checkpoint(self.folder, self.network, self.optimizer, self.average, state, self.config)


def train(config: Config) -> Path:
    """Train, keep the best weights on the dev set, export them and score the exported model; returns the saved model's folder.

    An interrupted run with the same config continues where its last checkpoint stands.
    """
    output = Path(config.run.output)
    AcceleratorState._reset_state(reset_partial_state=True)  # a run before in this process may have had another precision
    accelerator = Accelerator(cpu=config.run.device == "cpu", mixed_precision="bf16" if config.training.bf16 else "no")
    if config.run.device == "cuda" and accelerator.device.type != "cuda":
        raise ConfigError("run.device: 'cuda', but torch sees no CUDA device; set it to 'auto' or 'cpu'")
    training, dev = (load_sources(sources) for sources in (config.data.train, config.data.dev))
    test = load_sources(config.data.test)
    check_labels([*training, *dev, *test], config.labels.inventory)
    torch.manual_seed(config.run.seed)
    network, tokenizer = build_network(config)
    if config.linker.epochs:  # told before the hours of training, not after
        linkable(network.encoder.config.model_type, training, read_links(Path(config.data.links)))
    names = Names.collect(training)
    prepared, optimizer = accelerator.prepare(network, build_optimizer(network, config))
    average = {name: tensor.detach().clone() for name, tensor in trainable_state(network).items()}
    teaching = config.distillation.teacher
    teacher = load_teacher(Path(teaching), network.layout, accelerator.device) if teaching else None
    work = Work(config, output / "run", network, tokenizer, optimizer, average, dev, teacher)
    state = load_checkpoint(work.folder, network, optimizer, average, config)
    if accelerator.is_main_process:
        log.info("training on %s, processes: %d", accelerator.device.type, accelerator.num_processes)
    started = time.monotonic()
    for epoch in range(len(state.history), config.training.epochs):
        examples = _epoch_examples(training, names, tokenizer, config, epoch)
        if lost := longer_sentences(examples, config.training.window - 2):
            log.warning("%d labelled sentences are longer than training.window, their measures are not learnt: make it larger", lost)
        batches = _epoch_batches(examples, config, epoch, accelerator)
        state = _run_epoch(batches, work, examples, prepared, accelerator, state)
        accelerator.wait_for_everyone()
        if accelerator.is_main_process:
            state = _score_epoch(work, state, epoch + 1)
            work.save(state)
        else:
            state = state.scored(state.best, {})
    if accelerator.is_main_process:
        restore_trainable(network, load_file(work.folder / BEST))
        finish(config, output, network, tokenizer, state.history, time.monotonic() - started, training, dev, test)
        save_hub_model(work.folder / HUB, network, tokenizer, config.labels.entity_types, config.prediction.window, output)
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return output


def build_optimizer(network: JointNetwork, config: Config) -> torch.optim.Optimizer:
    """AdamW; rates fall by ``layer_decay`` from the top layer down, biases and norms do not decay."""
    layers = network.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = config.training.head_rate
        if name.startswith("encoder."):
            parts = name.split(".")
            depth = layers - 1 - int(parts[parts.index("layer") + 1]) if "layer" in parts else layers
            rate = config.training.encoder_rate * config.training.layer_decay**depth
        decay = 0.0 if parameter.ndim < 2 else config.training.weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    settings = [{"params": own, "lr": rate, "peak_rate": rate, "weight_decay": decay} for (rate, decay), own in groups.items()]
    return torch.optim.AdamW(settings, betas=(0.9, 0.98), fused=True)


def _run_epoch(
    batches: Sequence[Sequence[Slice]],
    work: Work,
    examples: Sequence[Example],
    prepared: torch.nn.Module,
    accelerator: Accelerator,
    state: RunState,
) -> RunState:
    config = work.config
    epoch, done = len(state.history), state.step - state.scored_step
    title = f"epoch {epoch + 1}/{config.training.epochs}"
    bar = tqdm(total=len(batches), initial=done, desc=title, unit="step", disable=not accelerator.is_local_main_process)
    prepared.train()
    for index, slices in enumerate(batches[done:], done):
        state = state.at(state.step + 1)
        # Seeded by the step, so that a resumed run draws the same dropout as one that was never interrupted.
        torch.manual_seed(config.run.seed * 1_000_003 + state.step)
        factor = _rate_factor((epoch + (index + 0.5) / len(batches)) / config.training.epochs, config.training.warmup)
        for group in work.optimizer.param_groups:
            group["lr"] = group["peak_rate"] * factor
        batch = to_tensors(collate(slices, examples, work.tokenizer), accelerator.device)
        features = prepared(batch["ids"], batch["mask"])
        loss = joint_loss(features.float(), batch, work.network, config)
        if work.teacher:
            loss = loss + config.distillation.weight * distillation_loss(features.float(), work.teacher, batch["ids"], batch["mask"])
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(work.network.parameters(), config.training.gradient_clip)
        work.optimizer.step()
        work.optimizer.zero_grad()
        _update_average(work, min(config.training.average_decay, state.step / (10 + state.step)))
        mean = float(accelerator.reduce(loss.detach(), reduction="mean"))  # over the processes
        state = state.with_loss(mean)
        bar.update()
        bar.set_postfix(loss=f"{mean:.3f}")
        if state.step % config.training.checkpoint_steps == 0 and accelerator.is_main_process:
            work.save(state)
    bar.close()
    return state


def _epoch_examples(
    documents: Sequence[AnnotatedDocument], names: Names, tokenizer: BulletinTokenizer, config: Config, epoch: int
) -> list[Example]:
    """The training documents as this epoch changes them, the same in every process and after every restart."""
    rates, labels = config.augmentation.model_dump(), config.labels.inventory
    generator = random.Random(f"augmentation/{config.run.seed}/{epoch}")
    return [build_example(augment(document, names, rates, generator), tokenizer, labels) for document in documents]


def _epoch_batches(examples: Sequence[Example], config: Config, epoch: int, accelerator: Accelerator) -> list[list[Slice]]:
    """The batches of one epoch, the same in every process, then this process's share."""
    generator = random.Random(f"{config.run.seed}/{epoch}")
    slices = cut_windows(examples, config.training.window - 2, generator)
    batches = group_batches(slices, config.training.batch_tokens, generator)
    count, rank = accelerator.num_processes, accelerator.process_index
    shares = -(-len(batches) // count)
    return [batches[(share * count + rank) % len(batches)] for share in range(shares)]


def _rate_factor(progress: float, warmup: float) -> float:
    """Rises over the first ``warmup`` of the run, then falls to nothing in a line; progress from 0 to 1."""
    return progress / warmup if progress < warmup else (1 - progress) / (1 - warmup)


def to_tensors(batch: Batch, device: torch.device) -> dict[str, torch.Tensor]:
    """A batch's arrays by their names."""
    return {field.name: torch.from_numpy(getattr(batch, field.name)).to(device) for field in fields(batch)}


@torch.no_grad()
def _update_average(work: Work, decay: float) -> None:
    for name, tensor in trainable_state(work.network).items():
        work.average[name].lerp_(tensor, 1 - decay)


def _score_epoch(work: Work, state: RunState, epoch: int) -> RunState:
    """Score the averaged weights on dev, keep them where they are the best so far."""
    own = {name: tensor.detach().clone() for name, tensor in trainable_state(work.network).items()}
    restore_trainable(work.network, work.average)
    tagger = build_tagger(work.network, work.tokenizer, work.config)
    scores = score_documents(work.dev, predict_documents(tagger, work.dev), labels=work.config.labels.inventory)
    restore_trainable(work.network, own)
    entities, measures = scores["entities"]["all"]["f1"], scores["measures"]["micro"]["f1"]
    combined = (entities + measures) / 2
    loss = state.mean_loss
    log.info("epoch %d: loss %.4f, dev entities %.4f, dev measures %.4f", epoch, loss, entities, measures)
    if combined > state.best:
        work.folder.mkdir(parents=True, exist_ok=True)
        save_file({name: tensor.cpu().contiguous() for name, tensor in work.average.items()}, work.folder / BEST)
    row = {"epoch": epoch, "step": state.step, "loss": loss, "dev_entities": entities, "dev_measures": measures}
    return state.scored(max(combined, state.best), row)
