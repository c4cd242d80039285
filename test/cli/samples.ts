/** Small Go files for tests of the command line. */

/** One finding of lost-cancel with a safe fix. */
export const LEAKY = `package a

import "context"

func work(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	if err := step(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func step(ctx context.Context) error { return ctx.Err() }
`;

export const MENDED = LEAKY.replace("WithCancel(parent)\n", "WithCancel(parent)\n\tdefer cancel()\n");

/** One finding of select-without-done, whose fix is unsafe. */
export const STUCK = `package a

import "context"

func wait(ctx context.Context, in, other chan int) int {
	select {
	case v := <-in:
		return v
	case v := <-other:
		return v
	}
}
`;

export const CLEAN = "package a\n\nfunc ok() int { return 1 }\n";
