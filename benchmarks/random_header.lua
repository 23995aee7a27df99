-- wrk -s random_header.lua URL -- FILE: each request has one line of the file as its header.
local requests = {}

function init(arguments)
  math.randomseed(os.time())
  for line in io.lines(arguments[1]) do
    local name, value = line:match("^(.-): (.*)$")
    requests[#requests + 1] = wrk.format("GET", nil, { [name] = value })
  end
end

function request()
  return requests[math.random(#requests)]
end
