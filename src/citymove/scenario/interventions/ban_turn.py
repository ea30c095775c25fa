"""Ban a turn from one street into another."""

import numpy as np
from pydantic import Field

from citymove.facts.city import City
from citymove.facts.edit import ban_turns
from citymove.scenario.intervention import Array, Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, links_of_street


class BanTurn(Intervention):
    """No turning from one street into another where the two meet."""

    from_: str = Field(alias="from", description="street that is left")
    into: str = Field(description="street that is entered")

    def _turns(self, city: City) -> tuple[Array, Array]:
        table = city.roads.links
        before = links_of_street(city, self.from_, at=("from",))
        after = links_of_street(city, self.into, at=("into",))
        meets = table.head[before][:, None] == table.tail[after][None, :]
        # straight on or back along one street is no turn into another
        rows, columns = np.nonzero(meets & (before[:, None] != after[None, :]))
        if rows.size == 0:
            raise SelectionError(
                f"cannot be reached from {self.from_} in one turn",
                at=("into",),
                value=self.into,
                remedy="name two streets that meet at a node",
            )
        return before[rows], after[columns]

    def apply(self, city: City) -> City:
        """Return the city with the turn banned."""
        return ban_turns(city, *self._turns(city))

    def touches(self, city: City) -> Touches:
        """Return the links before and after the turn."""
        before, after = self._turns(city)
        ids, nodes = city.roads.link_ids(), city.roads.links.head[before]
        return Touches.of(
            links=np.concatenate([before, after]),
            x_m=city.roads.nodes.x_m[nodes],
            y_m=city.roads.nodes.y_m[nodes],
            writes=(
                Write("the turn", f"{ids[a]} -> {ids[b]}")
                for a, b in zip(before, after, strict=True)
            ),
        )

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return from where into where."""
        return Text(
            en=f"ban the turn from {self.from_} into {self.into}",
            zh=f"禁止由{self.from_}转入{self.into}",
        )
