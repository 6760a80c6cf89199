// What a client sees, as objects for the test that drives it
export function report(client, print) {
  return {
    opened: () => print({ client, opened: true }),
    event: (type, data, lastEventId) => {
      if (data !== undefined) { // the browser's own events open and error have none
        print({ client, type, data, lastEventId });
      }
    },
    stopped: () => print({ client, stopped: true }),
  };
}
