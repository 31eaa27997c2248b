"""Controllers that are not ours (pymodbus) and take results one by one. Each argument is one of them:

  prompt, twice, late:SECONDS, never   a server; results are written into its holding registers from 100 on, and it
                                       acknowledges them at 120
  read:PORT:PLACE                      a client that reads the results of the output at PLACE from the server at PORT, and
                                       acknowledges at 1000 + PLACE

Prints the ports of the servers, then a line for each result that one of them sees. `kept`: a result was still valid after
the number of the one before it was acknowledged once more.
"""
import asyncio
import json
import logging
import socket
import sys

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer

RESULTS_AT = 100
TAKEN_AT = 120
BLOCK = 20
READ_HOLDING = 3
WRITE_HOLDING = 16
LOOK_S = 0.02

logging.disable(logging.CRITICAL)  # it writes a line about each connection that ends


async def take(name: str, manner: str, delay_s: float, read, acknowledge) -> None:
    """Looks for the next valid result for ever, and acknowledges it in this manner."""
    waiting = set()
    last = 0
    while True:
        await asyncio.sleep(LOOK_S)
        block = await read()
        number, result, valid, reason = block[3], block[4], block[5], block[6]
        if valid != 1 or number == last:
            continue
        kept = True
        if manner == "twice" and last != 0:
            await acknowledge(last)
            await asyncio.sleep(10 * LOOK_S)
            kept = (await read())[3:6] == [number, result, valid]
        seen = {"controller": name, "number": number, "result": result, "reason": reason, "kept": kept}
        print(json.dumps(seen), flush=True)
        last = number
        if manner == "late":
            waiting.add(asyncio.create_task(later(delay_s, acknowledge, number)))
        elif manner != "never":
            for _ in range(2 if manner == "twice" else 1):
                await acknowledge(number)


async def later(delay_s: float, acknowledge, number: int) -> None:
    await asyncio.sleep(delay_s)
    await acknowledge(number)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def accepts(port: int) -> None:
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.05)


async def serve(port: int, name: str) -> None:
    """A controller into which results are written."""
    manner, _, delay = name.partition(":")
    store = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0] * 200), zero_mode=True)

    async def read() -> list:
        return store.getValues(READ_HOLDING, RESULTS_AT, BLOCK)

    async def acknowledge(number: int) -> None:
        store.setValues(WRITE_HOLDING, TAKEN_AT, [number])

    server = ModbusTcpServer(ModbusServerContext(slaves=store, single=True), address=("127.0.0.1", port))
    await asyncio.gather(server.serve_forever(), take(name, manner, float(delay or 0), read, acknowledge))


async def poll(name: str) -> None:
    """A controller that reads results by itself."""
    _, port, place = name.split(":")
    await accepts(int(port))
    client = AsyncModbusTcpClient("127.0.0.1", port=int(port))
    await client.connect()

    async def read() -> list:
        answer = await client.read_holding_registers(BLOCK * int(place), BLOCK, slave=1)
        return answer.registers

    async def acknowledge(number: int) -> None:
        answer = await client.write_register(1000 + int(place), number, slave=1)
        if answer.isError():
            raise RuntimeError(f"the number {number} was refused: {answer}")

    await take(name, "twice", 0, read, acknowledge)


async def main(names: list) -> None:
    ports = {name: free_port() for name in names if not name.startswith("read:")}
    tasks = [asyncio.create_task(serve(ports[name], name) if name in ports else poll(name)) for name in names]
    for port in ports.values():
        await accepts(port)
    print(json.dumps(ports), flush=True)
    await asyncio.gather(*tasks)


asyncio.run(main(sys.argv[1:]))
