-- For wrk: the page of another dossier at every request, out of a file with dossier and line on each row.
-- BENCH_LINES names it, BENCH_COOKIE is the session. BENCH_QUERY is added to the address (with one a page is
-- made anew), BENCH_MOST is how many dossiers there are at most.
local lines = {}
for dossier, step in io.open(os.getenv("BENCH_LINES")):read("a"):gmatch("(%x+) (%x+)\n") do
  if #lines < tonumber(os.getenv("BENCH_MOST")) then
    lines[#lines + 1] = { dossier = dossier, step = step }
  end
end
local threads = 0

function setup(thread)
  thread:set("seed", threads)
  threads = threads + 1
end

function init()
  math.randomseed(os.time() + seed)
end

local cookie = { ["Cookie"] = os.getenv("BENCH_COOKIE") }

function request()
  local line = lines[math.random(#lines)]
  return wrk.format("GET", "/dossier/" .. line.dossier .. "/stappen" .. os.getenv("BENCH_QUERY"), cookie)
end
