// What stands for stdlib/public/stubs/CommandLine.cpp of the Swift runtime.
char **_swift_stdlib_getUnsafeArgvArgc(int *argc);
void _swift_stdlib_overrideUnsafeArgvArgc(char **argv, int argc);
