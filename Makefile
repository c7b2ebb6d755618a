# The same steps as `npm run …`, for people who type make.
.PHONY: toolchain kernel iso boot test

toolchain:
	npm run build

kernel:
	node scripts/astra.mjs build --world

iso:
	node scripts/astra.mjs build

boot:
	node scripts/astra.mjs boot

test:
	npm test
