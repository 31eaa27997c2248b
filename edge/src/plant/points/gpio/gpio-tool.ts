/**
 * The program that holds the lines: Debian's python3-libgpiod, in both of its interfaces (1.x and 2.x), because nothing on
 * npm drives the character device without a compiler and `gpioset` of version 1 can hold a level only until it is asked
 * for another one. It reads `NUMBER w LINE LEVEL OFF` and `NUMBER r LINE`, and answers `NUMBER ok LEVEL` or `NUMBER error
 * WHAT`. At the end of its input, whatever ended the process at the other end, every line that it drove
 * is set to its level for off.
 */
export const GPIO_TOOL = `
import sys
import gpiod

path = sys.argv[1]
first = hasattr(gpiod, "Chip") and not hasattr(gpiod, "request_lines")
chip = gpiod.Chip(path.replace("/dev/", "")) if first else None
outputs, inputs, off = {}, {}, {}


def line(number, drive):
    kept = outputs if drive else inputs
    if number not in kept:
        if first:
            one = chip.get_line(number)
            if drive:
                one.request(consumer="lineside", type=gpiod.LINE_REQ_DIR_OUT, default_vals=[off[number]])
            else:
                one.request(consumer="lineside", type=gpiod.LINE_REQ_DIR_IN)
            kept[number] = one
        else:
            from gpiod.line import Direction, Value
            settings = gpiod.LineSettings(direction=Direction.OUTPUT if drive else Direction.INPUT)
            if drive:
                settings.output_value = Value.ACTIVE if off[number] else Value.INACTIVE
            kept[number] = gpiod.request_lines(path, consumer="lineside", config={number: settings})
    return kept[number]


def write(number, level):
    one = line(number, True)
    if first:
        one.set_value(level)
    else:
        from gpiod.line import Value
        one.set_value(number, Value.ACTIVE if level else Value.INACTIVE)


def read(number):
    one = outputs.get(number) or line(number, False)
    return one.get_value() if first else int(one.get_value(number).value)


print("ready", flush=True)
try:
    for text in sys.stdin:
        words = text.split()
        try:
            if words[1] == "w":
                off[int(words[2])] = int(words[4])
                write(int(words[2]), int(words[3]))
                print(words[0], "ok", words[3], flush=True)
            else:
                print(words[0], "ok", read(int(words[2])), flush=True)
        except Exception as error:
            print(words[0], "error", str(error).replace("\\n", " "), flush=True)
finally:
    for number in outputs:
        write(number, off[number])
`;
