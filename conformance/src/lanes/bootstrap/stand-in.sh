#!/bin/sh
# What `cargo xtask bootstrap` finds on its PATH as kubectl and as helm: does the work with the real one, and kills its
# caller where the lane asks for it: after the call KILL_AFTER that goes to the cluster, or, where it is `helm`, as soon
# as helm has noted in the cluster that it is at work.
folder=${0%/*}
program=${0##*/}
real=$folder/real/$program
case "$*" in
*context*) ;;
*) exec "$real" "$@" ;;
esac
echo "$program" >>"$folder/calls"
if [ "$program" = helm ] && [ "$KILL_AFTER" = helm ]; then
    # A shell gives what runs beside it no input otherwise.
    exec 3<&0
    "$real" "$@" <&3 &
    helm=$!
    while kill -0 "$helm" 2>/dev/null; do
        pending=$("$folder/real/kubectl" get secrets --all-namespaces --selector=owner=helm,status=pending-install --output=name)
        if [ -n "$pending" ]; then
            kill -KILL "$helm" "$PPID"
            exit 1
        fi
    done
    wait "$helm"
    exit
fi
"$real" "$@"
code=$?
number=$(wc -l <"$folder/calls")
if [ "$((number))" = "$KILL_AFTER" ]; then
    kill -KILL "$PPID"
fi
exit "$code"
