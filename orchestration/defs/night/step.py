"""One step of the night as Dagster runs it: assets and checks that it makes, and which steps it waits for."""

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from orchestration.defs.deployment import owners
from orchestration.defs.night.shift import RESOURCE, Shift
from runtime.scrub import scrub

Event = dg.MaterializeResult[None] | dg.AssetCheckResult
# What a step does: events of what was made, in the end why it failed; empty when it did not.
Work = Callable[[Shift], Generator[Event, None, str]]
_PRIORITY = "dagster/priority"
# Dagster would list by name every check that was not judged, as those of sources that are not connected.
_NOT_JUDGED = "did not yield or return expected outputs"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the night.

    Attributes:
        order: among the steps that are ready, the one with the smallest runs first.
        waits_for: assets of other steps without which this one does not begin. Its other parents are lineage
            only: a table that was not loaded tonight keeps what it had, and keeps nothing from being built.
        makes_all: after a success every asset that was asked for has to be made. Without one it does nothing:
            who asks for a raw table asks for the checks of it, and not for a build.
    """

    name: str
    order: int
    description: str
    work: Work
    specs: Sequence[dg.AssetSpec]
    checks: Sequence[dg.AssetCheckSpec] = ()
    waits_for: Collection[dg.AssetKey] = field(default_factory=tuple)
    makes_all: bool = False

    def definition(self) -> dg.AssetsDefinition:
        """The step as Dagster's own definition."""
        outputs = {spec.key.to_python_identifier(): spec.key for spec in self.specs}
        checks = {spec.get_python_identifier(): spec for spec in self.checks}
        inputs = {key.to_python_identifier(): key for key in self.waits_for}
        op = dg.OpDefinition(
            name=self.name,
            compute_fn=self._compute(),
            ins={name: dg.In(dg.Nothing) for name in inputs},
            outs={name: dg.Out(dg.Nothing, is_required=False) for name in (*outputs, *checks)},
            required_resource_keys={RESOURCE},
            description=self.description,
            tags={_PRIORITY: str(-self.order)},
        )
        return dg.AssetsDefinition(
            node_def=op,
            keys_by_input_name=inputs,
            keys_by_output_name=outputs,
            check_specs_by_output_name=checks,
            specs=[spec.replace_attributes(owners=owners()) for spec in self.specs],
            can_subset=True,
        )

    def _compute(self) -> Callable[[dg.OpExecutionContext, Mapping[str, object]], Iterator[Event]]:
        def compute(context: dg.OpExecutionContext, _inputs: Mapping[str, object]) -> Iterator[Event]:
            context.log.addFilter(_without_the_list)
            shift: Shift = getattr(context.resources, RESOURCE)
            wanted = {*context.selected_asset_keys, *context.selected_asset_check_keys}
            if self.makes_all and not context.selected_asset_keys:
                return
            made: set[object] = set()
            trouble = ""
            try:
                work = self.work(shift)
                while True:
                    event = next(work)
                    made.add(key := _key(event))
                    if key in wanted:
                        yield event
            except StopIteration as end:
                trouble = end.value
            except Exception as error:  # the last sink: Dagster would keep the text and every cause of it
                trouble = shift.crashed(error)
            except BaseException:
                shift.interrupted()
                raise
            if (
                not trouble
                and self.makes_all
                and (missing := {key for key in context.selected_asset_keys if key not in made})
            ):
                trouble = f"Nothing was said of {', '.join(sorted(key.to_user_string() for key in missing))}."
            if trouble:
                # A retry would meet the same; a run that died without a word is retried by dagster.yaml.
                raise dg.Failure(scrub(trouble), allow_retries=False)

        return compute


def _key(event: Event) -> object:
    """What an event is about."""
    if isinstance(event, dg.MaterializeResult):
        return dg.AssetKey.from_coercible(event.asset_key) if event.asset_key is not None else None
    return dg.AssetCheckKey(event.asset_key, event.check_name) if event.asset_key and event.check_name else None


def _without_the_list(record: logging.LogRecord) -> bool:
    return _NOT_JUDGED not in str(record.msg)
