// Runs fauxqs on a free port of the loopback interface, prints the port, and
// ends with its standard input. fauxqs itself would listen to everybody.
import net from "node:net";

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (options, ...rest) {
  return listen.call(this, { ...options, host: "127.0.0.1" }, ...rest);
};
const { startFauxqs } = await import(process.argv[2]);
const server = await startFauxqs({ port: 0, logger: false });
console.log(server.port);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
