"""What every answer of the API is made of."""

from pydantic import BaseModel, ConfigDict


class Given(BaseModel):
    """An answer; made from the product's own frozen values."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
