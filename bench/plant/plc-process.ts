/** A controller that notes when its coil goes on. */
import { systemClock } from '@lineside/kit';
import { ServerTCP } from 'modbus-serial';

const port = Number(process.argv[2]);
let isOn = false;
const server = new ServerTCP(
  {
    setCoil: (_address: number, value: boolean) => {
      if (value && !isOn) process.send?.({ onAtMs: systemClock.monoMs() });
      isOn = value;
    },
    getCoil: () => isOn,
  },
  { host: '127.0.0.1', port, unitID: 255 },
);
server.on('initialized', () => process.send?.({ ready: true }));
server.on('socketError', () => undefined);
process.on('disconnect', () => process.exit());
