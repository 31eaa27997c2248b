"""A Modbus server that is not ours (pymodbus): registers 0..199 of each table, none beyond. Prints its port."""
import asyncio
import logging
import socket
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer


logging.disable(logging.CRITICAL)  # it writes a line about each connection that ends


async def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    block = lambda: ModbusSequentialDataBlock(0, [0] * 200)
    store = ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block(), zero_mode=True)
    # 1.5 as a float with the low word first, 70000 as an integer with the high word first, -2.
    store.setValues(4, 10, [0x0000, 0x3FC0, 0x0001, 0x1170, 0xFFFE])
    server = ModbusTcpServer(ModbusServerContext(slaves=store, single=True), address=("127.0.0.1", port))
    serving = asyncio.create_task(server.serve_forever())
    while True:
        await asyncio.sleep(0.05)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
    print(port, flush=True)
    await serving


try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(0)
