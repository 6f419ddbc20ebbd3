// Tells the page that began to connect a service that it is done, and closes this window if that page opened it.
// By channel, because the service's own pages have cut the tie between the two windows.
new BroadcastChannel("irisx-connections").postMessage({ connected: true });
window.close();
