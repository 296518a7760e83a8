/* sleepers N [BUSY_MS]: N processes that sleep, and wake every BUSY_MS where that is given. Says "N sleep"
 * when all do, and ends with all of them when standard input ends or at SIGTERM. For recordings among many
 * processes. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void sleep_on(pid_t parent, useconds_t pause_us) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    close(STDIN_FILENO);
    for (;;)
        if (pause_us > 0)
            usleep(pause_us);
        else
            pause();
}

int main(int argc, char **argv) {
    int wanted = argc > 1 ? atoi(argv[1]) : 1000, made = 0;
    useconds_t pause_us = argc > 2 ? (useconds_t)atoi(argv[2]) * 1000 : 0;
    pid_t self = getpid();
    signal(SIGCHLD, SIG_IGN);
    for (; made < wanted; made++) {
        pid_t child = fork();
        if (child < 0)
            break;
        if (child == 0)
            sleep_on(self, pause_us);
    }
    printf("%d sleep\n", made);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return made == wanted ? 0 : 1;
}
