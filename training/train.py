"""Train the joint model from a config: `bulletin-ner train --config configs/default.toml`."""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch.nn import functional
from tqdm import tqdm

from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.network import JointNetwork, pool_sentences, span_logits
from training.checkpoint import load_checkpoint, restore_trainable, save_checkpoint, trainable_state
from training.config import Config
from training.data import (
    IGNORE,
    Batch,
    DataError,
    Example,
    build_example,
    collate,
    cut_windows,
    group_batches,
    load_documents,
)
from training.documents import AnnotatedDocument
from training.evaluate import predict_documents, score_documents, tune_thresholds
from training.export import save_model
from training.setup import build_network, build_tagger

log = logging.getLogger(__name__)

_CLASS_HEADS = ("indicator", "aspect", "kind")


def train(config: Config) -> Path:
    """Train, keep the best weights on the dev set, export them and score the exported model; returns the saved model's folder.

    An interrupted run with the same config continues where its last checkpoint stands.
    """
    output = Path(config.run.output)
    accelerator = Accelerator(cpu=config.run.device == "cpu", mixed_precision="bf16" if config.training.bf16 else "no")
    if config.run.device == "cuda" and accelerator.device.type != "cuda":
        raise DataError("run.device is 'cuda', and torch sees no CUDA device; set it to 'auto' or 'cpu'")
    train_documents = [document for source in config.data.train for document in load_documents(source)]
    dev_documents = [document for source in config.data.dev for document in load_documents(source)]
    torch.manual_seed(config.run.seed)
    network, tokenizer = build_network(config)
    examples = [build_example(document, tokenizer) for document in train_documents]
    log.info("%d training documents, %d tokens", len(examples), sum(len(example.tokens) for example in examples))

    optimizer = build_optimizer(network, config)
    prepared, optimizer = accelerator.prepare(network, optimizer)
    work = output / "run"
    epochs = [_epoch_batches(examples, config, epoch, accelerator) for epoch in range(config.training.epochs)]
    total = sum(map(len, epochs))
    average = {name: tensor.detach().clone() for name, tensor in trainable_state(network).items()}
    state = load_checkpoint(work, network, optimizer, average, asdict_config(config))
    bar = tqdm(total=total, initial=state.step, unit="step", disable=not accelerator.is_local_main_process)
    started, loss_sum = time.monotonic(), 0.0
    step = 0
    for epoch, batches in enumerate(epochs):
        if step + len(batches) <= state.step:
            step += len(batches)
            continue
        prepared.train()
        for batch_slices in batches:
            step += 1
            if step <= state.step:
                continue
            torch.manual_seed(config.run.seed * 1_000_003 + step)
            factor = _rate_factor(step, total, config.training.warmup)
            for group in optimizer.param_groups:
                group["lr"] = group["peak_rate"] * factor
            batch = _to_device(collate(batch_slices, examples, tokenizer), accelerator.device)
            features = prepared(batch["ids"], batch["mask"])
            loss = joint_loss(features.float(), batch, network, config)
            accelerator.backward(loss)
            accelerator.clip_grad_norm_(network.parameters(), config.training.gradient_clip)
            optimizer.step()
            optimizer.zero_grad()
            _update_average(average, network, min(config.training.average_decay, step / (10 + step)))
            loss_sum += loss.item()
            bar.update()
            bar.set_postfix(epoch=epoch + 1, loss=f"{loss.item():.3f}")
            if step % config.training.checkpoint_steps == 0 and accelerator.is_main_process:
                save_checkpoint(work, network, optimizer, average, state.at(step), asdict_config(config))
        accelerator.wait_for_everyone()
        if accelerator.is_main_process:
            state = _end_of_epoch(work, network, average, tokenizer, config, dev_documents, state.at(step), epoch, loss_sum / len(batches))
            save_checkpoint(work, network, optimizer, average, state, asdict_config(config))
        else:
            state = state.at(step)
        loss_sum = 0.0
    bar.close()
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        _finish(config, network, tokenizer, dev_documents, output, work, state.history, time.monotonic() - started, train_documents)
    accelerator.wait_for_everyone()
    accelerator.end_training()
    return output


def asdict_config(config: Config) -> dict[str, object]:
    """What must not change between an interrupted run and its continuation."""
    return config.model_dump(mode="json")


def build_optimizer(network: JointNetwork, config: Config) -> torch.optim.Optimizer:
    """AdamW; rates fall by ``layer_decay`` from the top layer down, biases and norms do not decay."""
    layers = network.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("encoder."):
            parts = name.split(".")
            depth = layers - 1 - int(parts[parts.index("layer") + 1]) if "layer" in parts else layers
            rate = config.training.encoder_rate * config.training.layer_decay**depth
        else:
            rate = config.training.head_rate
        decay = 0.0 if parameter.ndim < 2 else config.training.weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "lr": rate, "peak_rate": rate, "weight_decay": decay}
            for (rate, decay), parameters in groups.items()
        ],
        betas=(0.9, 0.98),
    )


def joint_loss(features: torch.Tensor, batch: dict[str, torch.Tensor], network: JointNetwork, config: Config) -> torch.Tensor:
    """Tag cross-entropy plus the weighted losses of the other heads; features (windows, tokens, width)."""
    layout = network.layout
    loss = functional.cross_entropy(features[..., : layout.tags].flatten(0, 1), batch["tags"].flatten(), ignore_index=IGNORE)
    flat = features.flatten(0, 1)
    if len(batch["sentences"]):
        logits = pool_sentences(flat, batch["sentences"], layout)
        measures = functional.binary_cross_entropy_with_logits(logits, batch["measures"], reduction="none")
        loss = loss + config.loss.measures * measures.sum(1).mean()
    if len(batch["spans"]):
        logits = span_logits(flat, batch["spans"], layout)
        for name in _CLASS_HEADS:
            target = batch[name]
            if bool((target != IGNORE).any()):
                part = functional.cross_entropy(logits[:, getattr(layout, name)], target, ignore_index=IGNORE)
                loss = loss + getattr(config.loss, name) * part
    return loss


def _epoch_batches(examples: Sequence[Example], config: Config, epoch: int, accelerator: Accelerator) -> list[list]:  # type: ignore[type-arg]
    """The batches of one epoch, the same in every process, then this process's share."""
    generator = random.Random(f"{config.run.seed}/{epoch}")
    slices = cut_windows(examples, config.training.window - 2, generator)
    batches = group_batches(slices, config.training.batch_tokens, generator)
    count, rank = accelerator.num_processes, accelerator.process_index
    usable = max(count, len(batches) // count * count)
    return [batches[index % len(batches)] for index in range(rank, usable, count)]


def _rate_factor(step: int, total: int, warmup: float) -> float:
    rising = max(1.0, warmup * total)
    return step / rising if step < rising else max(0.0, (total - step + 1) / max(1.0, total - rising))


def _to_device(batch: Batch, device: torch.device) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.asarray(getattr(batch, name))).to(device) for name in Batch.__dataclass_fields__}


@torch.no_grad()
def _update_average(average: dict[str, torch.Tensor], network: JointNetwork, decay: float) -> None:
    for name, tensor in trainable_state(network).items():
        average[name].lerp_(tensor, 1 - decay)


def _end_of_epoch(work, network, average, tokenizer, config, dev_documents, state, epoch, loss):  # type: ignore[no-untyped-def]
    """Score the averaged weights on dev, keep them where they are the best so far."""
    own = {name: tensor.detach().clone() for name, tensor in trainable_state(network).items()}
    restore_trainable(network, average)
    tagger = build_tagger(network, tokenizer, config)
    scores = score_documents(dev_documents, predict_documents(tagger, dev_documents))
    restore_trainable(network, own)
    entities, measures = scores["entities"]["all"]["f1"], scores["measures"]["micro"]["f1"]
    combined = (entities + measures) / 2
    row = {"epoch": epoch + 1, "step": state.step, "loss": loss, "dev_entities": entities, "dev_measures": measures}
    log.info("epoch %d: loss %.4f, dev entities %.4f, dev measures %.4f", epoch + 1, loss, entities, measures)
    best = combined > state.best
    if best:
        from safetensors.torch import save_file

        work.mkdir(parents=True, exist_ok=True)
        save_file({name: tensor.cpu().contiguous() for name, tensor in average.items()}, work / "best.safetensors")
    return state.scored(combined if best else state.best, row)


def _finish(config, network, tokenizer, dev_documents, output, work, history, seconds, train_documents):  # type: ignore[no-untyped-def]
    from safetensors.torch import load_file

    restore_trainable(network, load_file(work / "best.safetensors"))
    tagger = build_tagger(network, tokenizer, config)
    thresholds = tune_thresholds(dev_documents, tagger)
    test_documents: list[AnnotatedDocument] = [document for source in config.data.test for document in load_documents(source)]
    save_model(output, network, tokenizer, config, thresholds)
    import bulletin_ner

    exported = bulletin_ner.load(output)
    metrics = {
        "config": asdict_config(config),
        "history": list(history),
        "seconds": round(seconds, 1),
        "torch": torch.__version__,
        "training_documents": len(train_documents),
        "training_characters": sum(len(document.text) for document in train_documents),
        "dev": score_documents(dev_documents, predict_documents(exported, dev_documents)),
        "test": score_documents(test_documents, predict_documents(exported, test_documents)) if test_documents else None,
    }
    (output / "metrics.json").write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    from training.model_card import write_card

    write_card(output, metrics)


__all__ = ["EPIDEMIC_INDICATORS", "train"]
