# A BPF program that comes and goes in the window: its code and its tag.
machine=two_nodes

guest() {
    echo 1 >/proc/sys/net/core/bpf_jit_enable
    record capture -a -- sh -c 'bpf_program; usleep 300000'
    uname -r >release
}

check() {
    recorded capture || return
    case $(cat release) in
    4.* | 5.0.*)
        within 'this kernel tells nothing of BPF programs, and the capture says so' 1 10 "$(ask capture "SELECT count(*) FROM
            condition WHERE phase = 'limit' AND (name || value) LIKE '%BPF%'")"
        return
        ;;
    esac
    same 'loaded and unloaded, with its id and tag' "1,$(truth tag capture.log)
0,$(truth tag capture.log)" "$(ask capture "SELECT loaded, tag FROM bpf_program WHERE program_id = $(truth id capture.log)
        ORDER BY time_ns, loaded DESC")"
    same 'its code came and went' '1,1
0,1' "$(ask capture "SELECT registered, length_bytes > 0 FROM kernel_symbol WHERE kind = 'bpf' AND
        name = 'bpf_prog_$(truth tag capture.log)_lab_program' ORDER BY time_ns, registered DESC")"
}
