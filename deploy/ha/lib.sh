# What the scripts beside this file share. Sourced, not run.
#
# A data folder holds: settings (what it was started with), etcd/, node1/, node2/ (configuration and
# database), server1/, server2/ (data folders of klantendossier), log/ and pid/.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
postgres_programs=/usr/lib/postgresql/15/bin

fail() {
    echo "deploy/ha: $*" >&2
    exit 1
}

# The data folder as a full path. Its name ends up in configuration files of several kinds.
data_folder() {
    [[ -n ${1:-} ]] || fail "name a data folder"
    mkdir -p "$1"
    data=$(cd "$1" && pwd)
    [[ $data =~ ^[A-Za-z0-9._/-]+$ ]] ||
        fail "the data folder $data: only letters, digits and ._/- in its name, please"
}

# Ports of everything, from one base.
ports() {
    etcd_port=$base_port
    etcd_peer_port=$((base_port + 1))
    postgres_ports=([1]=$((base_port + 11)) [2]=$((base_port + 12)))
    rest_ports=([1]=$((base_port + 21)) [2]=$((base_port + 22)))
    server_ports=([1]=$((base_port + 31)) [2]=$((base_port + 32)))
    # The driver tries the hosts in turn until it meets the one that takes writes.
    database_url="postgres://klantendossier@127.0.0.1:${postgres_ports[1]},127.0.0.1:${postgres_ports[2]}/klantendossier"
    database_url+="?target_session_attrs=read-write&connect_timeout=2&sslmode=disable"
}

# What the folder was started with.
settings() {
    [[ -f $data/settings ]] || fail "nothing was started in $data"
    # shellcheck source=/dev/null
    source "$data/settings"
    ports
}

# PostgreSQL refuses to run as root; what belongs to it then runs as its own user.
if [[ $(id -u) == 0 ]]; then
    as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/)
else
    as_postgres=(env)
fi

# When a process was born, in ticks since the machine's start; nothing when it is gone.
born() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    # The name stands in brackets and may hold anything; a zombie is gone.
    read -r -a stat <<<"${stat##*) }"
    [[ ${stat[0]} == Z ]] || echo "${stat[19]}"
}

# run NAME COMMAND…: starts it in the background, apart from this terminal, with a log and a pid file.
run() {
    local name=$1
    shift
    runs "$name" && return
    setsid "$@" </dev/null >>"$data/log/$name.log" 2>&1 &
    local pid=$!
    disown "$pid"
    echo "$pid $(born "$pid")" >"$data/pid/$name"
}

# pid NAME: the process that was started under that name, if it is still there. A number that was given
# to another program since does not count.
pid() {
    local number birth
    [[ -f $data/pid/$1 ]] || return 0
    read -r number birth <"$data/pid/$1" || return 0
    [[ -n $birth && $(born "$number") == "$birth" ]] && echo "$number" || true
}

runs() {
    [[ -n $(pid "$1") ]]
}

# end NAME SECONDS: asks it to stop, and no longer asks after that.
end() {
    local number until=$((SECONDS + $2))
    number=$(pid "$1")
    [[ -z $number ]] || kill -TERM "$number" 2>/dev/null || true
    while runs "$1"; do
        if ((SECONDS >= until)); then
            echo "deploy/ha: $1 did not stop in $2 s and was killed" >&2
            kill -KILL "$number" 2>/dev/null || true
            break
        fi
        sleep 0.1
    done
    rm -f "$data/pid/$1"
}

# await SECONDS WHAT LOG COMMAND…: until the command succeeds.
await() {
    local until=$((SECONDS + $1)) what=$2 log=$data/log/$3.log
    shift 3
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= until)); then
            tail -n 20 "$log" >&2 || true
            fail "$what is not there in time; see $log"
        fi
        sleep 0.2
    done
}

# postmaster NODE: the PostgreSQL of a node, if it is there. Its own file may be left of one that was
# killed, and the number be somebody else's by now.
postmaster() {
    local folder=$data/node$1/postgresql number
    [[ -f $folder/postmaster.pid ]] || return 0
    read -r number <"$folder/postmaster.pid" || return 0
    [[ $(readlink "/proc/$number/cwd") == "$folder" ]] && echo "$number" || true
}

get() {
    curl --silent --fail --max-time 2 "http://127.0.0.1:$1$2"
}

# sql_on NODE STATEMENT [DATABASE]
sql_on() {
    PGCONNECT_TIMEOUT=2 "$postgres_programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        "host=127.0.0.1 port=${postgres_ports[$1]} user=postgres dbname=${3:-postgres}" -c "$2"
}

# leader: the number of the node that takes writes now; nothing when there is none. Patroni alone may
# say so before its PostgreSQL has come up, and a PostgreSQL whose Patroni is gone may say so for too long.
leader() {
    local node
    for node in 1 2; do
        if get "${rest_ports[node]}" /primary >/dev/null &&
            [[ $(sql_on "$node" "SELECT pg_is_in_recovery()" 2>/dev/null) == f ]]; then
            echo "$node"
            return
        fi
    done
}

has_leader() {
    [[ -n $(leader) ]]
}

# Whether nothing is confirmed without the second node.
is_synchronous() {
    local node
    node=$(leader)
    [[ -n $node ]] &&
        [[ $(sql_on "$node" "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]] &&
        get "${rest_ports[3 - node]}" /synchronous >/dev/null
}

sql() {
    sql_on "$(leader)" "$@"
}
