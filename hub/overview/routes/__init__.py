"""Pages that read several rooms, by what people come for."""
